"""The stable codes of problem documents (RFC 9457), with status and title. Source: design.md."""

from enum import Enum


class Code(Enum):
    """value: (HTTP status, title). The name is the `code` that clients test for."""

    status: int
    title: str

    MALFORMED_BODY = (400, "The body is not valid JSON")
    UNAUTHENTICATED = (401, "A valid bearer token is needed")
    FORBIDDEN = (403, "This user may not do that")
    BUREAU_EXCLUDED = (403, "This bureau can't use the digital route; the paper form works")
    NOT_A_SYSTEM_ADMIN = (403, "Only a system admin of the client may decide")
    NO_PERMISSION = (403, "No permission at this client")
    NOT_FOUND = (404, "Nothing is here")
    CLIENT_NOT_FOUND = (404, "There is no such client")
    REQUEST_NOT_FOUND = (404, "There is no such link request")
    LINK_NOT_FOUND = (404, "There is no such link")
    METHOD_NOT_ALLOWED = (405, "This address does not know that method")
    DUPLICATE_REQUEST = (409, "A request to this client is already pending")
    ALREADY_LINKED = (409, "The client is already linked")
    ALREADY_DECIDED = (409, "The request has already been decided")
    NOT_LINKED = (409, "The client is not linked to this bureau")
    LETTER_SETTLED = (409, "The dead letter has already been settled in another way")
    OLDER_LETTER_OPEN = (409, "An older dead letter of the same key has to be settled first")
    LINK_EXPIRED = (410, "The link has expired")
    SIGN_IN_SPENT = (410, "The sign-in has been used or is too old")
    BODY_TOO_LARGE = (413, "The body is too large")
    UNSUPPORTED_MEDIA_TYPE = (415, "The body's content type is not supported")
    INVALID_INPUT = (422, "The input is not valid")
    ORG_NUMBER_INVALID = (422, "The organisation number is not valid")
    NO_SYSTEM_ADMIN = (422, "The client has no system admin; use the paper form")
    FORM_NOT_SIGNED = (422, "The form is not signed")
    CONFIRMATION_MISSING = (422, "Accepting takes an explicit confirmation")
    IDEMPOTENCY_KEY_REUSED = (422, "This idempotency key was used for another body")
    RATE_LIMITED = (429, "Too many requests")
    UNAVAILABLE = (503, "Not available just now; try again")

    def __init__(self, status: int, title: str) -> None:
        self.status = status
        self.title = title
