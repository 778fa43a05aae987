"""Which bureau a paper form means: support finds it by what the form says (R5)."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.org_number import OrgNumber, OrgNumberError
from linking.storage import directory
from linking.swedish import sort_key

MOST = 20


@dataclass(frozen=True, slots=True)
class FoundBureau:
    """org_number: a sole trader's is masked unless the search was by it."""

    bureau_id: str
    org_number: str
    name: str


async def bureaus(session: AsyncSession, query: str) -> list[FoundBureau]:
    """At most MOST bureaus, in Swedish order: the one of that id, those of that organisation
    number, or those whose name holds the words. A bureau whose whole id or name it is comes first.
    """
    wanted, number = sort_key(query.strip()), _number(query)
    found = [
        (key != wanted and bureau_id != query.strip(), key, bureau_id, org_number, name)
        for bureau_id, org_number, name in await directory.bureaus_in_brief(session)
        if wanted in (key := sort_key(name)) or bureau_id == query.strip() or org_number == number
    ]
    return [
        FoundBureau(bureau_id, _shown(org_number, number), name)
        for _, _, bureau_id, org_number, name in sorted(found)[:MOST]
    ]


def _number(query: str) -> str | None:
    try:
        return OrgNumber.parse(query.strip()).digits
    except OrgNumberError:
        return None


def _shown(org_number: str, searched_by: str | None) -> str:
    number = OrgNumber(org_number)
    return number.display if org_number == searched_by else number.masked
