"""How often one may ask and look: the settings, and the limits that the database counts."""

from dataclasses import dataclass
from datetime import timedelta

from chassis.rates import Rate, RateSetting
from chassis.settings import Settings
from chassis.telemetry import Metrics

_DAY = timedelta(hours=24)


class LimitSettings(Settings):
    """Why the defaults are what they are: docs/limits.md.

    rate_link_pages: of each client address, by each replica for itself. rate_requests_per_bureau:
    requests and resends; rate_requests_per_client: those of one bureau to one client.
    rate_mails_per_address: mails with a link to answer by, reminders left out.
    """

    rate_link_pages: RateSetting = Rate(6000, timedelta(minutes=1))
    rate_requests_per_bureau: RateSetting = Rate(5000, _DAY)
    rate_requests_per_client: RateSetting = Rate(300, _DAY)
    rate_mails_per_address: RateSetting = Rate(1000, _DAY)


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """What a sending may meet; None for no limit. metrics: where refusals are counted."""

    requests_per_bureau: Rate | None
    requests_per_client: Rate | None
    mails_per_address: Rate | None
    metrics: Metrics
