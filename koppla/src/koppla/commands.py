"""What operators type. Each command imports what it needs when it runs: `koppla token` is quick."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from koppla import deployment, recovery_commands
from koppla.letter_commands import dead_letters
from koppla.options import DEFAULT_DATA, AsJson, Data, Kafka, give_up, say

app = typer.Typer(
    help="Koppla: how an accounting bureau gets access to a client's books.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(deployment.app)
imports = typer.Typer(help="Publish the platform's registers.", no_args_is_help=True)
app.add_typer(imports, name="import")
exclusions = typer.Typer(help="Who may not use the digital route.", no_args_is_help=True)
app.add_typer(exclusions, name="exclusions")
audit = typer.Typer(help="Prove the audit trail.", no_args_is_help=True)
app.add_typer(audit, name="audit")
person = typer.Typer(help="One person's data across the services.", no_args_is_help=True)
app.add_typer(person, name="person")

app.add_typer(dead_letters, name="dead-letters")
recovery_commands.add_to(app)


@app.command()
def up(
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    demo: Annotated[bool, typer.Option("--demo", help="Import a demo directory if empty.")] = False,
    kafka: Annotated[str | None, typer.Option(help="HOST:PORT of a Kafka to use instead.")] = None,
    postgres: Annotated[
        str | None, typer.Option(help="postgresql:// URL of a server to make databases on.")
    ] = None,
    smtp: Annotated[
        str | None, typer.Option(help="smtp:// URL to send to instead of the inbox.")
    ] = None,
) -> None:
    """Run all services in the foreground until Ctrl-C."""
    from koppla.up import CannotStart, Options, run

    try:
        run(Options(data, port, demo, kafka, postgres, smtp))
    except CannotStart as error:
        give_up(str(error))


@app.command("demo-data")
def demo_data(
    out: Annotated[Path, typer.Option(help="The folder for clients.jsonl and bureaus.jsonl.")],
    clients: Annotated[int, typer.Option(min=0)] = 1000,
    bureaus: Annotated[int, typer.Option(min=0)] = 20,
    seed: int = 1,
) -> None:
    """Write a made-up directory; the same seed gives the same bytes."""
    from koppla import demo_data as generator

    try:
        for path in generator.write(out, clients, bureaus, seed):
            sys.stdout.write(f"{path}\n")
    except (ValueError, OSError) as error:
        give_up(str(error))


@app.command()
def token(
    sub: Annotated[str, typer.Option(help="The user id.")],
    role: Annotated[list[str], typer.Option(help="May be repeated.")],
    bureau: Annotated[str | None, typer.Option()] = None,
    name: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds it is good for.")] = 3600,
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a bearer token of the development issuer."""
    from koppla.profile import names_a_real_issuer

    if names_a_real_issuer():
        give_up("KOPPLA_JWKS_URL names a real issuer: get tokens there")
    from koppla.issuer import DevelopmentIssuer

    issuer = DevelopmentIssuer(data)
    made = issuer.token(sub, role, bureau_id=bureau, name=name, email=email, ttl=ttl)
    sys.stdout.write(made + "\n")


def _import(
    kind: str,
    file: Path,
    data: Path,
    kafka: str | None,
    replace: bool,
    confirm_deletes: int | None,
    skip_invalid: bool,
) -> None:
    import logging

    from koppla.directory_import import ImportRefused, ImportRun

    # What goes wrong with the broker is said once, by us.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    run = ImportRun(kind, file, data, kafka, replace, confirm_deletes, skip_invalid)
    try:
        sys.stdout.write(run.run() + "\n")
    except ImportRefused as error:
        sys.stderr.write(str(error) + "\n")
        raise typer.Exit(2) from None


File = Annotated[
    Path, typer.Argument(help="JSON lines or CSV, UTF-8.", exists=True, dir_okay=False)
]
Replace = Annotated[bool, typer.Option("--replace", help="Delete what the file lacks.")]
Confirm = Annotated[
    int | None, typer.Option("--confirm-deletes", help="How many deletions are meant.")
]
Skip = Annotated[bool, typer.Option("--skip-invalid", help="Publish the lines that are right.")]


@imports.command("clients")
def import_clients(
    file: File,
    data: Data = DEFAULT_DATA,
    kafka: Kafka = None,
    replace: Replace = False,
    confirm_deletes: Confirm = None,
    skip_invalid: Skip = False,
) -> None:
    """Publish client records."""
    _import("clients", file, data, kafka, replace, confirm_deletes, skip_invalid)


@imports.command("bureaus")
def import_bureaus(
    file: File,
    data: Data = DEFAULT_DATA,
    kafka: Kafka = None,
    replace: Replace = False,
    confirm_deletes: Confirm = None,
    skip_invalid: Skip = False,
) -> None:
    """Publish bureau records."""
    _import("bureaus", file, data, kafka, replace, confirm_deletes, skip_invalid)


@app.command()
def status(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Lag, backlog, relay holder and dead letters of each service."""
    from koppla.status import show

    say(lambda: show(data, as_json=as_json))


@app.command()
def explain(
    request_id: Annotated[str, typer.Argument(help="The request's id.")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """One request from asking to activation, and what stands in its way."""
    from koppla.explain import explain as told

    say(lambda: told(data, request_id, as_json=as_json))


Kind = Annotated[str, typer.Argument(help="group, bureau or multi_company_setup.")]
Value = Annotated[str, typer.Argument(help="A chain's name, a bureau_id, or `true`.")]


@exclusions.command("list")
def list_exclusions(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Show the rules."""
    from koppla.exclusions import listed

    say(lambda: listed(data, as_json=as_json))


@exclusions.command("add")
def add_exclusion(
    kind: Kind, value: Value, data: Data = DEFAULT_DATA, as_json: AsJson = False
) -> None:
    """Exclude a chain, a bureau or multi-company set-ups; holds at once."""
    from koppla.exclusions import add

    say(lambda: add(data, kind, value, as_json=as_json))


@exclusions.command("remove")
def remove_exclusion(
    kind: Kind, value: Value, data: Data = DEFAULT_DATA, as_json: AsJson = False
) -> None:
    """Let them in again; holds at once."""
    from koppla.exclusions import remove

    say(lambda: remove(data, kind, value, as_json=as_json))


Exported = Annotated[
    Path | None, typer.Option("--heads", help="Heads that were exported earlier.", exists=True)
]


@audit.command("verify")
def verify_audit(
    data: Data = DEFAULT_DATA,
    heads: Exported = None,
    export_heads: Annotated[
        Path | None, typer.Option("--export-heads", help="Write the heads here if all holds.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute every hash of the audit trail anew; exit code 1 if anything is wrong."""
    from koppla.audit import HeadsUnreadable, verify, write_heads
    from koppla.ops_client import NotRunning, OpsRefused

    try:
        verdict = verify(data, heads)
    except (NotRunning, OpsRefused, HeadsUnreadable) as error:
        give_up(str(error))
    if export_heads is not None and not verdict.wrong:
        write_heads(verdict.heads, export_heads)
    if as_json:
        said = {"entries": verdict.entries, "erased": verdict.erased, "items": verdict.wrong}
        sys.stdout.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    else:
        for sentence in verdict.wrong:
            sys.stdout.write(sentence + "\n")
        how = "BROKEN" if verdict.wrong else "holds"
        sys.stdout.write(
            f"The audit trail {how}: {verdict.entries} entries in {len(verdict.heads)} chains,"
            f" {verdict.erased} of erased persons\n"
        )
    if verdict.wrong:
        raise typer.Exit(1)


User = Annotated[str, typer.Argument(help="The person's user_id in the directory.")]


@person.command("export")
def export_person(
    user_id: User,
    out: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """All that any service holds of a person, as JSON."""
    from koppla.person import export

    def work() -> str:
        document = export(data, user_id)
        if out is None:
            return document
        out.write_text(document + "\n", "utf-8")
        return f"written to {out}"

    say(work)


@person.command("erase")
def erase_person(
    user_id: User,
    reason: Annotated[str, typer.Option(help="For the audit trail; nothing personal.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Erase what no law keeps, once the directory no longer names the person."""
    from koppla.person import erase

    if not yes and not typer.confirm(f"Erase {user_id} for good?", err=True):
        give_up("nothing was erased")
    say(lambda: erase(data, user_id, reason, as_json=as_json))
