"""Who takes part: bureaus with their users, clients with their admins, and the pairs of both."""

from dataclasses import dataclass

from contracts.events.directory import BureauRecord, ClientRecord
from contracts.events.event import Event
from contracts.org_number import OrgNumber

BUREAUS = 4
PROBES = "probe"


@dataclass(frozen=True, slots=True)
class Pair:
    """A bureau and a client. One worker alone plays a pair, so that its history is a sequence."""

    bureau: BureauRecord
    client: ClientRecord

    @property
    def ids(self) -> dict[str, str]:
        return {"bureau_id": self.bureau.bureau_id, "tenant_id": self.client.tenant_id}

    @property
    def key(self) -> str:
        """Of the pair's events."""
        return f"{self.bureau.bureau_id}:{self.client.tenant_id}"

    @property
    def admin(self) -> str:
        return f"{self.bureau.bureau_id}-admin"

    @property
    def consultant(self) -> str:
        return f"{self.bureau.bureau_id}-consultant"


def bureaus() -> list[BureauRecord]:
    return [_bureau(f"b-{number}") for number in range(1, BUREAUS + 1)] + [_bureau(PROBES)]


def _bureau(bureau_id: str) -> BureauRecord:
    def user(kind: str, role: str) -> dict[str, str]:
        return {
            "user_id": f"{bureau_id}-{kind}",
            "name": f"{kind.title()} på {bureau_id}",
            "email": f"{kind}@{bureau_id}.example",
            "role": role,
        }

    return BureauRecord.model_validate(
        {
            "bureau_id": bureau_id,
            "org_number": "556036-0793",
            "name": f"Byrån {bureau_id}",
            "multi_company_setup": False,
            "entry_points": ["client_manager", "digital_bureau"],
            "users": [user("admin", "bureau_admin"), user("consultant", "consultant")],
        }
    )


def clients(number: int) -> list[ClientRecord]:
    """So many, each with two admins whose addresses are theirs alone."""
    return [
        ClientRecord.model_validate(
            {
                "tenant_id": str(100_000 + n),
                "org_number": _org_number(n),
                "name": f"Klient {n} på Öland AB",
                "city": "Borgholm",
                "system_admins": [
                    {
                        "user_id": f"{100_000 + n}-{who}",
                        "name": f"{who.title()} Ek",
                        "email": f"{who}@{100_000 + n}.example",
                        "locale": locale,
                    }
                    for who, locale in (("asa", "sv"), ("bo", "en"))
                ],
            }
        )
        for n in range(number)
    ]


def _org_number(number: int) -> str:
    """A valid one in the range that is nobody's: 558000-…"""
    for check in range(10):
        digits = f"5580{number:05d}{check}"
        try:
            return OrgNumber.parse(digits).display
        except ValueError:
            continue
    raise ValueError(number)


def pairs(known: list[ClientRecord]) -> list[Pair]:
    """Every client with one bureau; the bureaus in turn."""
    asking = bureaus()[:BUREAUS]
    return [Pair(asking[number % BUREAUS], client) for number, client in enumerate(known)]


def directory(known: list[ClientRecord]) -> list[Event]:
    return [*bureaus(), *known]
