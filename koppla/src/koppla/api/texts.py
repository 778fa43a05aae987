"""What the OpenAPI document says of the API as a whole, of its parts and of its parameters."""

from contracts.problem_codes import Code

_CODES = "\n".join(f"| {code.status} | `{code.name}` | {code.title} |" for code in Code)

DESCRIPTION = f"""\
Koppla is how an accounting bureau gets access to the books of a client that already uses the
platform: the bureau searches for the client and sends a request, a system admin of the client
accepts by a mailed link, the bureau activates the client and gives its consultants permissions,
and they sign in. What happens is also published as events: see `/docs/events`.

## Who calls
`Authorization: Bearer …` holds a JWT of the configured issuer, with `sub`, `roles`, `name`, `email`
and, for people of a bureau, `bureau_id`. Each operation names the roles that may use it
(`x-roles`): `bureau_admin` and `consultant` act for their own bureau, and only while the directory
has them there; `support_agent` and `ops` are people of the platform; `platform` is the platform
itself. The pages below `/l/` take no token: whoever holds the mailed link is let in by it.

## Errors
Every error is a problem document (RFC 9457, `application/problem+json`). Test for its `code`; each
operation enumerates its own. `INVALID_INPUT` names every wrong field in `errors`. What belongs to
another bureau is answered as if it were not there. A 429 and a 503 say in `Retry-After` when to
try again. Every answer has an `X-Request-Id`, by which it is found in the logs.

| status | code | meaning |
|---|---|---|
{_CODES}

`METHOD_NOT_ALLOWED` belongs to no operation: it is what an address answers to a method that it
does not know, with `Allow`.

## Once only
A POST that creates or sends takes an `Idempotency-Key`. The same call with the same key within 24
hours is done once and answered alike; a twin in flight waits for the first; the same key with
another body is refused. Only successes are kept, so a refused call may be tried again.

## Lists
A list answers `items`. One that is paged takes `limit` and `cursor`, and answers `next_cursor`:
give it as `cursor` for the next page, until it is null.

## Values
JSON in snake_case, UTF-8. Moments are RFC 3339 in UTC. Ids are strings; a client is known by its
`tenant_id`, since one company may have several databases. An `org_number` is `NNNNNN-NNNN`; a sole
trader's is a personal number and shown as `YYMMDD-****`, unless it was searched by.

## What may come
Within this version operations, optional fields, fields of answers and problem codes may be added.
Ignore fields that you do not know, and take an unknown code by its status. Nothing is taken away.
"""

TAGS = {
    "search": "Finding a client that already uses the platform.",
    "link requests": "Asking a client for access, and what came of it.",
    "link pages": "What a mailed link leads to: pages for people, and the same as JSON.",
    "links": "Who is linked to whom, and ending it.",
    "client list": "Linked clients: those to be activated, and those that are.",
    "permissions": "Which consultant may do what in which program of a client.",
    "sign-in": "From the client list into a client's company.",
    "paper forms": "Guidance and the forms to sign on paper, for anybody.",
    "support": "For customer service: signed paper forms, and who decided what.",
    "ops": "For those who run it: how the services are, dead letters, exclusions, the proof of the"
    " audit trail.",
}
"""By name, in the order of a bureau's work. Every operation has at least one."""

PARAMETERS = {
    "tenant_id": ("The number of one company database.", "100001"),
    "bureau_id": ("One bureau's only; for support and ops.", "b-1"),
    "consultant_id": ("A user of the bureau, by its `user_id` in the directory.", "b-1-consultant"),
    "request_id": ("A link request.", "0193a5d2-1c01-7a01-8c4d-5e6f708192a3"),
    "link_id": ("A link between a bureau and a client.", "0193a5d2-1c02-7a02-8c4d-5e6f708192a3"),
    "letter_id": ("A dead letter.", "0193a5d2-1c07-7a07-8c4d-5e6f708192a3"),
    "holding": ("What it is of.", "links"),
    "topic": ("Only those of one topic.", "directory.clients.v1"),
    "token": ("The end of a mailed link's address.", None),
    "user_id": ("A person, by her `user_id` in the directory.", "eva"),
    "limit": ("How many items a page has at most.", 50),
    "cursor": ("The `next_cursor` of the page before.", None),
    "query": ("Part of the client's name, in upper or lower case, or its database id.", "måleri"),
    "status": ("Only those that are so.", None),
    "sort": ("What the list is ordered by; with `-` the other way round.", None),
}
"""By name: what a parameter means wherever it stands, and an example, if any would help.

A route that describes its parameter itself is left as it is.
"""
