"""What has happened between a bureau and a client, from links, requests and the activation."""

from collections.abc import Iterable

from chassis.design.catalogue import Texts
from chassis.design.formats import Formats
from portal.gateway.shapes import ActivatedClient, Link, RequestEvent
from portal.shown import Line, time_line

_MAILS = "_mail_"
_DELETED = ("bureau_deleted", "client_deleted")


def lines(
    links: Iterable[Link],
    events: Iterable[RequestEvent],
    client: ActivatedClient | None,
    texts: Texts,
    formats: Formats,
) -> list[Line]:
    """The newest first. events: of requests; each mail of theirs is told on the request's own page
    and not here."""
    told = time_line([one for one in events if _MAILS not in one.type], texts, formats)
    for link in links:
        told += _of_link(link, texts, formats)
    if client is not None:
        told.append(
            Line(
                client.activated_at,
                formats.moment(client.activated_at),
                texts("history.activated"),
                client.activated_by.name,
                None,
                "good",
            )
        )
    return sorted(told, key=lambda one: one.at, reverse=True)


def _of_link(link: Link, texts: Texts, formats: Formats) -> list[Line]:
    told = []
    if link.route == "paper_form":
        # The digital route is told by the request's own events.
        at = link.established_at
        title = texts("history.linked.paper_form")
        told.append(Line(at, formats.moment(at), title, None, None, "good"))
    if link.ended_at is not None:
        by = link.ended_by.name if link.ended_by else None
        at, reason = link.ended_at, link_reason(link, texts)
        told.append(Line(at, formats.moment(at), texts("history.ended"), by, reason, "bad"))
    return told


def link_reason(link: Link, texts: Texts) -> str | None:
    """Why it ended, in words: what somebody wrote, or which deletion it was."""
    if link.ended_by is None and link.reason in _DELETED:
        return texts(f"link.reason.{link.reason}")
    return link.reason
