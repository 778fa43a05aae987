"""All pages that people see, and the states of each: one row a picture. Every one of them is
looked at by some test here, and told of in docs/pages/states.md."""

from typing import NamedTuple


class State(NamedTuple):
    """address: of the page, `{}` for an id. about: what is to be seen there."""

    address: str
    about: str


_FIND, _REQUEST, _CLIENT = "/klienthanteraren/koppla-klient", "/forfragningar/{}", "/klienter/{}"
_ACTIVATE, _LINK = "/aktivera/{}", "/l/{}"
_SUPPORT, _PAPER = "/kundtjanst", "/kundtjanst/blankett"

ANYBODY = {
    "sign-in": State("/", "whom to be, in a run for development"),
    "sign-in-again": State("/logga-in", "the session was gone in the middle of a form"),
    "sign-in-issuer": State("/", "where people sign in at an issuer"),
    "sign-in-away": State("/logga-in/start", "the issuer does not answer"),
    "sign-in-stale": State("/logga-in/klar", "what the issuer sends belongs to no attempt"),
    "sign-in-not-accepted": State("/klienthanteraren", "services refuse who has just signed in"),
    "signed-out": State("/", "just signed out"),
    "forms": State("/blanketter", "guidance and paper forms"),
    "forms-nothing": State("/blanketter/{}", "no such form"),
    "inbox": State("/inbox", "mails of a run for development"),
    "inbox-mail": State("/inbox", "one mail"),
    "docs-operations": State("/docs/operations", "every operation of the API in a line"),
    "docs-events": State("/docs/events", "every topic, and its events"),
    "docs-event": State("/docs/events/{}/{}", "an event, field by field, with samples"),
    "docs-nothing": State("/docs/{}", "no such document"),
    "design": State("/design", "every component in every state"),
    "platform": State("/demo/platform", "signed in at the client's company"),
    "platform-spent": State("/demo/platform", "the hand-off was used before"),
    "platform-nothing": State("/demo/platform", "opened without a hand-off"),
    "platform-unknown": State("/demo/platform", "a hand-off that is made up"),
    "missing": State("/{}", "no such page"),
    "forged": State(_FIND, "a form without the guard of this session"),
    "wrong-role": State(_SUPPORT, "somebody who is no agent of customer service"),
    "no-page": State("/ingen-sida", "a user of neither a bureau nor customer service"),
    "forbidden": State("/forfragningar", "the directory does not know the user"),
    "rate-limited": State(_FIND, "too many searches, and when to try again"),
    "too-large": State(_FIND, "more was sent than any form holds"),
    "unavailable": State(_REQUEST, "a page whose service does not answer"),
    "gateway-away": State("/{}", "the gateway's own page: what it asks does not answer"),
    "unexpected": State("/logga-in", "something that nobody expected"),
}
"""Pages that need nobody in particular, and pages for what goes wrong."""

LISTS = {
    "client-manager": State("/klienthanteraren", "client list and activation list of an admin"),
    "client-manager-none-yet": State("/klienthanteraren", "no client yet"),
    "client-manager-none-found": State("/klienthanteraren", "nothing found"),
    "client-manager-refused": State("/klienthanteraren", "what can't be searched for"),
    "client-manager-excluded": State("/klienthanteraren", "a bureau without the digital route"),
    "client-manager-unavailable": State("/klienthanteraren", "the client list does not answer"),
    "client-manager-unknown": State("/klienthanteraren", "requests do not answer"),
    "client-manager-no-right": State("/klienthanteraren", "a click on a name came too late"),
    "client-list-of-a-consultant": State("/klienthanteraren", "as a consultant has it"),
    "digital-bureau": State("/digital-byra", "the other entry point"),
    "waiting": State("/klienthanteraren/att-aktivera", "the whole activation list"),
    "waiting-none": State("/klienthanteraren/att-aktivera", "nothing to activate"),
    "requests": State("/forfragningar", "requests that were sent"),
    "requests-none": State("/forfragningar", "none yet"),
    "requests-none-found": State("/forfragningar", "none of that kind"),
    "requests-refused": State("/forfragningar", "what can't be searched for"),
    "requests-unavailable": State("/forfragningar", "requests do not answer"),
}
"""A bureau's lists."""

CONNECT = {
    "koppla-klient": State(_FIND, "what to search by"),
    "koppla-klient-errors": State(_FIND, "nothing typed"),
    "koppla-klient-other-kind": State(_FIND, "a number of the other kind, and the way on"),
    "koppla-klient-none": State(_FIND, "nothing found"),
    "koppla-klient-found": State(_FIND, "found, to be asked"),
    "koppla-klient-several": State(_FIND, "a company with several databases"),
    "koppla-klient-linked": State(_FIND, "linked already"),
    "koppla-klient-pending": State(_FIND, "a request waits there already"),
    "koppla-klient-no-admin": State(_FIND, "nobody who could answer"),
    "koppla-klient-excluded": State(_FIND, "a bureau without the digital route"),
    "koppla-klient-message-refused": State(_FIND, "a message with a web address"),
    "koppla-klient-unavailable": State(_FIND, "the search does not answer"),
    "koppla-klient-unsent": State(_FIND, "requests do not answer; what was written is there"),
    "koppla-klient-limited": State(_FIND, "too many requests; what was written is there"),
    "koppla-klient-again": State(_FIND, "signed in again; what was written is there"),
    "request-pending": State(_REQUEST, "sent, and waiting"),
    "request-resent": State(_REQUEST, "sent again"),
    "request-not-resent": State(_REQUEST, "nobody left to send it to"),
    "request-unsent": State(_REQUEST, "requests did not answer when it was sent again"),
    "request-limited": State(_REQUEST, "too many mails, and when to try again"),
    "request-excluded": State(_REQUEST, "waiting; the bureau may not send it again any more"),
    "request-cancel": State(f"{_REQUEST}/aterkalla", "what taking it back means"),
    "request-cancelled": State(_REQUEST, "taken back"),
    "request-accepted": State(_REQUEST, "accepted"),
    "request-link-ended": State(_REQUEST, "accepted once; the link has ended"),
    "request-declined": State(_REQUEST, "declined, with why"),
    "request-expired": State(_REQUEST, "nobody answered in time"),
}
"""Koppla klient, and the request that comes of it."""

CLIENTS = {
    "activate": State(_ACTIVATE, "consultants and programs"),
    "activate-nothing": State(_ACTIVATE, "nobody was chosen: meant so?"),
    "activate-filled": State(_ACTIVATE, "presets filled in without script"),
    "activate-gone": State(_ACTIVATE, "a consultant who is none any more"),
    "activate-unsent": State(_ACTIVATE, "clients do not answer; what was chosen is there"),
    "activate-part": State(_ACTIVATE, "many consultants: a part of them, and a search by name"),
    "activate-part-none": State(_ACTIVATE, "no consultant has that name"),
    "activate-who": State(_ACTIVATE, "a consultant sees who may"),
    "absent": State(_ACTIVATE, "the link has ended"),
    "client": State(_CLIENT, "as an admin has it"),
    "client-nobody": State(_CLIENT, "activated without any permission"),
    "client-of-a-consultant": State(_CLIENT, "as a consultant has it"),
    "permissions": State(f"{_CLIENT}/behorigheter", "consultants and programs"),
    "permissions-conflict": State(f"{_CLIENT}/behorigheter", "a colleague changed them meanwhile"),
    "permissions-unsent": State(f"{_CLIENT}/behorigheter", "clients do not answer"),
    "permissions-partly": State(f"{_CLIENT}/behorigheter", "some rows are saved, and whose not"),
    "permissions-again": State(f"{_CLIENT}/behorigheter", "signed in again; the choice is there"),
    "end-link": State(f"{_CLIENT}/avsluta", "what ending the link means"),
    "end-link-errors": State(f"{_CLIENT}/avsluta", "without the tick"),
    "end-link-unsent": State(f"{_CLIENT}/avsluta", "requests do not answer"),
}
"""A bureau's client, from the activation list to the end of its link."""

CUSTOMER_SERVICE = {
    "support": State(_SUPPORT, "look up, register a paper form"),
    "support-errors": State(_SUPPORT, "nothing typed"),
    "support-none": State(_SUPPORT, "nothing found"),
    "support-clients": State(_SUPPORT, "a company with several databases"),
    "support-bureaus": State(_SUPPORT, "bureaus found"),
    "support-unavailable": State(_SUPPORT, "the search does not answer"),
    "support-client-links": State(f"{_SUPPORT}/klienter/{{}}", "a client's links"),
    "support-client-requests": State(f"{_SUPPORT}/klienter/{{}}", "its requests"),
    "support-client-trail": State(f"{_SUPPORT}/klienter/{{}}", "its audit trail"),
    "support-client-unknown": State(f"{_SUPPORT}/klienter/{{}}", "none in the directory"),
    "support-bureau": State(f"{_SUPPORT}/byraer/{{}}", "a bureau's links"),
    "support-request": State(f"{_SUPPORT}/forfragningar/{{}}", "a request and its time line"),
    "support-link": State(f"{_SUPPORT}/kopplingar/{{}}", "a link, just registered"),
    "support-end-link": State(f"{_SUPPORT}/kopplingar/{{}}/avsluta", "what ending it means"),
    "support-end-link-errors": State(
        f"{_SUPPORT}/kopplingar/{{}}/avsluta", "without tick and reason"
    ),
    "support-link-ended": State(f"{_SUPPORT}/kopplingar/{{}}", "ended"),
    "paper-form": State(_PAPER, "to be typed off"),
    "paper-form-errors": State(_PAPER, "nothing typed"),
    "paper-form-wrong": State(_PAPER, "every field of the wrong kind"),
    "paper-form-choose": State(_PAPER, "several bureaus and several databases fit"),
    "paper-form-unsigned": State(_PAPER, "a form without signature"),
    "paper-form-unavailable": State(_PAPER, "the search does not answer; what was typed is there"),
    "paper-check": State(f"{_PAPER}/kontrollera", "all of it once more"),
    "paper-check-unconfirmed": State(f"{_PAPER}/kontrollera", "without the tick"),
    "paper-check-unsent": State(f"{_PAPER}/kontrollera", "requests do not answer"),
    "paper-check-linked": State(f"{_PAPER}/kontrollera", "linked already"),
}

LINK_PAGES = {
    "link-open": State(_LINK, "the request, to be answered"),
    "link-open-en": State(_LINK, "the same in English"),
    "link-unconfirmed": State(f"{_LINK}/accept", "the box was left empty"),
    "link-message-refused": State(f"{_LINK}/decline", "a message with a web address"),
    "link-untaken": State(f"{_LINK}/decline", "answered already in another tab; not taken"),
    "link-unsent": State(f"{_LINK}/decline", "declined already; the new message was not sent"),
    "link-untaken-acceptance": State(f"{_LINK}/accept", "another has declined; not taken"),
    "link-untaken-cancelled": State(f"{_LINK}/decline", "taken back meanwhile; not taken"),
    "link-untaken-expired": State(f"{_LINK}/decline", "gone out meanwhile; not taken"),
    "link-untaken-no-admin": State(f"{_LINK}/decline", "no system admin any more; not taken"),
    "link-accepted-by-you": State(_LINK, "accepted by the reader"),
    "link-accepted-by-you-en": State(_LINK, "the same in English"),
    "link-accepted-by-another": State(_LINK, "accepted by another, and when"),
    "link-ended": State(_LINK, "accepted by the reader, and ended since"),
    "link-declined": State(_LINK, "declined"),
    "link-declined-by-another": State(_LINK, "declined by another, and when"),
    "link-cancelled": State(_LINK, "taken back by the bureau"),
    "link-cancelled-paper-form": State(_LINK, "linked by a paper form meanwhile"),
    "link-cancelled-bureau-deleted": State(_LINK, "the bureau is gone"),
    "link-cancelled-client-deleted": State(_LINK, "the client is gone"),
    "link-expired": State(_LINK, "not answered in time"),
    "link-superseded": State(_LINK, "a newer mail has the link"),
    "link-no-admin": State(_LINK, "the reader is no system admin any more"),
    "link-damaged": State(_LINK, "cut, or made up"),
    "link-bad-request": State(f"{_LINK}/decline", "a form that is none of ours"),
    "link-too-many": State(_LINK, "too many visits from one network"),
    "link-unavailable": State(f"{_LINK}/decline", "something of ours is away"),
    "manage-active": State(_LINK, "the link between bureau and client, from the receipt"),
    "manage-paper-form": State(_LINK, "a link that was registered from a paper form"),
    "manage-unconfirmed": State(f"{_LINK}/end", "to end it, the box was left empty"),
    "manage-message-refused": State(f"{_LINK}/end", "a message with a web address"),
    "manage-refused": State(_LINK, "the reader is no system admin any more"),
    "manage-ended": State(_LINK, "ended"),
}

GROUPS = {
    "Anybody, and what goes wrong": ANYBODY,
    "A bureau's lists": LISTS,
    "Koppla klient and the request": CONNECT,
    "A bureau's client": CLIENTS,
    "Customer service": CUSTOMER_SERVICE,
    "The client's system admin": LINK_PAGES,
}
STATES: dict[str, State] = {name: one for group in GROUPS.values() for name, one in group.items()}
