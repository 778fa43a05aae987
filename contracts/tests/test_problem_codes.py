"""The codes that clients test for are those of design.md, each with its status."""

from contracts.problem_codes import Code

DESIGN = """
MALFORMED_BODY 400; UNAUTHENTICATED 401;
FORBIDDEN, BUREAU_EXCLUDED, NOT_A_SYSTEM_ADMIN, NO_PERMISSION 403;
NOT_FOUND, CLIENT_NOT_FOUND, REQUEST_NOT_FOUND, LINK_NOT_FOUND 404; METHOD_NOT_ALLOWED 405;
DUPLICATE_REQUEST, ALREADY_LINKED, ALREADY_DECIDED, NOT_LINKED 409;
LINK_EXPIRED, SIGN_IN_SPENT 410; BODY_TOO_LARGE 413; UNSUPPORTED_MEDIA_TYPE 415;
INVALID_INPUT, ORG_NUMBER_INVALID, NO_SYSTEM_ADMIN, FORM_NOT_SIGNED, CONFIRMATION_MISSING,
IDEMPOTENCY_KEY_REUSED 422;
RATE_LIMITED 429; UNAVAILABLE 503
"""
SINCE = """
LETTER_SETTLED, OLDER_LETTER_OPEN 409
"""
"""For operators only: what was added since."""


def designed() -> dict[str, int]:
    found = {}
    for group in (*DESIGN.split(";"), *SINCE.split(";")):
        names, _, status = group.strip().rpartition(" ")
        found.update({name.strip(): int(status) for name in names.split(",")})
    return found


def test_the_codes_and_their_statuses_are_those_of_the_design() -> None:
    assert {code.name: code.status for code in Code} == designed()


def test_every_code_has_a_title_of_its_own() -> None:
    # Two codes of one status and title would be one enum member with two names.
    assert len(Code.__members__) == len(list(Code)) == len({code.title for code in Code})
    assert all(code.title.strip() and not code.title.endswith(".") for code in Code)
