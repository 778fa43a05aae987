"""What to try after `koppla up --demo`: a walk from search to sign-in, to copy and paste.

Written once here, printed at start, and run as printed by a test.
"""

from pathlib import Path

CLIENT, ORG_NUMBER, ADMIN = "100001", "558000-0015", "asa.akerstrom@akerstromsmaleri.example"


def commands(url: str, data: Path, maildev: str | None = None) -> list[tuple[str, str]]:
    """(what it does, the shell command), in order; each uses what those before it set.

    maildev: where mails are to be seen, if not in the sink of `koppla up`.
    """
    folder = "" if data == Path(".koppla") else f" --data '{data}'"
    token = f".venv/bin/koppla token{folder} --bureau b-1"
    place = f"{maildev}/api/email?to.address" if maildev else f"{url}/inbox/messages?to"
    mails = f"{place}={ADMIN}"
    call = 'curl -s -H "Authorization: Bearer $ADMIN" -H "Content-Type: application/json"'
    return [
        (
            "a token of a bureau admin",
            f"ADMIN=$({token} --sub b-1-admin --role bureau_admin)",
        ),
        (
            "search the client by organisation number",
            # Which bureaus may search is told by linking, a moment after the directory is known.
            f'until {call} {url}/v1/client-searches -d \'{{"org_number": "{ORG_NUMBER}"}}\' '
            f"| grep {CLIENT}; do sleep 0.2; done",
        ),
        (
            "send the request",
            f"{call} {url}/v1/link-requests -d "
            f'\'{{"tenant_id": "{CLIENT}", "entry_point": "client_manager"}}\'; echo',
        ),
        (
            "the link in the mail to the client's system admin"
            f" (also to be seen at {maildev or '/inbox'})",
            f"until LINK=$(curl -s '{mails}' "
            f"| grep -o '{url}/l/[A-Za-z0-9_-]*' | head -1) && [ -n \"$LINK\" ]; "
            'do sleep 0.2; done; echo "$LINK"',
        ),
        (
            "what the admin sees (or open the link in a browser)",
            'curl -s -H "Accept: application/json" "$LINK"; echo',
        ),
        (
            "the admin accepts",
            'curl -s -H "Accept: application/json" -H "Content-Type: application/json" '
            '"$LINK/accept" -d \'{"confirm": true}\'; echo',
        ),
        (
            "the client is in the bureau's activation list",
            f"until {call} {url}/v1/activation-list | grep {CLIENT}; do sleep 0.2; done",
        ),
        (
            "activate it, with a permission for a consultant",
            f"{call} {url}/v1/activation-list/{CLIENT}/activate -d "
            '\'{"grants": [{"consultant_id": "b-1-consultant", "permissions": '
            '[{"program": "bookkeeping", "access": "write"}]}]}\'; echo',
        ),
        (
            "the consultant's client list",
            f"CONSULTANT=$({token} --sub b-1-consultant --role consultant); "
            f'curl -s -H "Authorization: Bearer $CONSULTANT" {url}/v1/clients; echo',
        ),
        (
            "and one click to sign in",
            'curl -s -H "Authorization: Bearer $CONSULTANT" -H "Content-Type: application/json" '
            f"{url}/v1/clients/{CLIENT}/sign-in -d '{{}}'; echo",
        ),
    ]


def text(url: str, data: Path, maildev: str | None = None) -> str:
    """The walk as it is printed."""
    lines = [
        f"Open {url} for the portal, and {maildev or f'{url}/inbox'} to read the mails."
        " To walk through it all without a browser, in another terminal:",
        "",
    ]
    for about, command in commands(url, data, maildev):
        lines += [f"  # {about}", f"  {command}", ""]
    return "\n".join(lines)
