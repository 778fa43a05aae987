"""Every event, by topic and type: what JSON Schemas and golden samples are made from."""

from contracts.events import activation, directory, linking, notifier
from contracts.events.event import Event
from contracts.topics import Topic

EVENTS: tuple[type[Event], ...] = (
    directory.ClientRecord,
    directory.BureauRecord,
    linking.BureauEligibility,
    linking.LinkRequested,
    linking.LinkRequestResent,
    linking.LinkRequestReminderDue,
    linking.LinkRequestAccepted,
    linking.LinkRequestDeclined,
    linking.LinkRequestCancelled,
    linking.LinkRequestExpired,
    linking.LinkRequestUndeliverable,
    linking.LinkEstablished,
    linking.LinkEnded,
    notifier.MailSent,
    notifier.MailFailed,
    activation.ClientListed,
    activation.ClientActivated,
    activation.PermissionsChanged,
    activation.ClientDelisted,
)


def of_topic(topic: Topic) -> dict[str, type[Event]]:
    """The events of a topic by `ce_type`."""
    return {event.type_name(): event for event in EVENTS if event.topic == topic}
