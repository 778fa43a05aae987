"""`koppla explain`: one request from asking to activation, as each service tells it, and what
stands in its way: where to look first when somebody asks what became of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from koppla.ops_client import OpsClient, OpsRefused
from koppla.profile import SERVICES

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """request, events, links: linking's, as its API gives them; links are those of the same pair
    since the request. listed: what activation has heard of the pair. in_the_way: sentences."""

    request: Answer
    events: list[Answer]
    links: list[Answer]
    listed: Answer | None
    in_the_way: list[str]


def explain(data: Path, request_id: str, *, as_json: bool) -> str:
    """The story as text or as JSON. Raises NotRunning; OpsRefused for an unknown request."""
    try:
        UUID(request_id)
    except ValueError:
        raise OpsRefused(f"REQUEST_NOT_FOUND: {request_id} is no request's id") from None
    story = _story(OpsClient(data), request_id)
    if as_json:
        fields = ("request", "events", "links", "listed", "in_the_way")
        told = {name: getattr(story, name) for name in fields}
        return json.dumps(told, indent=2, ensure_ascii=False)
    return "\n".join(_lines(story))


def _story(client: OpsClient, request_id: str) -> Story:
    path = f"/v1/link-requests/{request_id}"
    request = client.get(path)
    pair = {name: request[name] for name in ("bureau_id", "tenant_id")}
    links = [
        link
        for page in client.pages("/v1/links", limit=200, **pair)
        for link in page["items"]
        if link["established_at"] >= request["created_at"]
    ]
    return Story(
        request,
        client.get(f"{path}/events")["items"],
        links,
        _listed(client, pair),
        _in_the_way(client, request, f"{pair['bureau_id']}:{pair['tenant_id']}"),
    )


def _listed(client: OpsClient, pair: Answer) -> Answer | None:
    try:
        return client.get(f"/v1/ops/activation/pairs/{pair['bureau_id']}/{pair['tenant_id']}")
    except OpsRefused as error:
        if str(error).startswith("NOT_FOUND"):
            return None
        raise


def _in_the_way(client: OpsClient, request: Answer, key: str) -> list[str]:
    """What keeps the request's events or mails from arriving."""
    said = [_of_mail(one) for one in request["recipients"] if one["mail"] == "failed"]
    if request["status"] == "pending":
        said += [_of_mail(one) for one in request["recipients"] if one["mail"] == "queued"]
    for service in SERVICES:
        status = client.get(f"/v1/ops/{service}/status")
        outbox, lag = status["outbox"], status["consumer_lag"]
        if outbox["backlog"]:
            oldest = f"the oldest for {outbox['oldest_seconds']} s"
            said.append(f"{service} has {outbox['backlog']} events to publish, {oldest}")
        if lag is None or sum(lag.values()):
            behind = "an unknown number of" if lag is None else sum(lag.values())
            said.append(f"{service} is {behind} records behind")
        said += [
            f"{service} has a dead letter of this pair: {letter['id']} ({letter['type']})"
            for page in client.pages(f"/v1/ops/{service}/dead-letters", limit=200)
            for letter in page["items"]
            if letter["key"] == key
        ]
    return said


def _of_mail(recipient: Answer) -> str:
    address = f"{recipient['name']} ({recipient['masked_email']})"
    if recipient["mail"] == "queued":
        return f"the mail to {address} is still queued"
    return f"the mail to {address} failed: {recipient['mail_error'] or 'no reason given'}"


def _lines(story: Story) -> list[str]:
    request = story.request
    lines = [
        f"Request {request['id']}: {request['status']}, version {request['version']}",
        f"  bureau {request['bureau_id']}, client {request['tenant_id']} {request['client_name']}",
        f"  expires {request['expires_at']}",
        "",
        "What happened",
        *(f"  {event['at']}  {event['type']}{_by(event)}{_text(event)}" for event in story.events),
        "",
        "Mails",
        *(
            f"  {one['name']} ({one['masked_email']}): {one['mail']}{_error(one)}"
            for one in request["recipients"]
        ),
        "",
        "Links of this pair since",
        *(
            f"  {link['id']}: {link['status']}, {link['route']}, since {link['established_at']}"
            + (f", ended {link['ended_at']}" if link["ended_at"] else "")
            for link in story.links
        ),
        *(["  none"] if not story.links else []),
        "",
        f"Activation: {_heard(story.listed)}",
        "",
        "In the way: " + ("nothing" if not story.in_the_way else ""),
        *(f"  {sentence}" for sentence in story.in_the_way),
    ]
    return lines


def _by(event: Answer) -> str:
    by = event.get("by")
    return f" by {by['name']} ({by['side']})" if by else ""


def _text(event: Answer) -> str:
    return f": {event['text']}" if event.get("text") else ""


def _error(recipient: Answer) -> str:
    return f", {recipient['mail_error']}" if recipient.get("mail_error") else ""


def _heard(listed: Answer | None) -> str:
    if listed is None:
        return "has heard of no link of this pair"
    how = "an active link" if listed["active"] else "an ended link"
    return f"has {how}, {listed['link_id']}, at version {listed['version']}"
