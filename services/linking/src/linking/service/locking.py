"""The one order of locks: bureau, tenant, pair (docs/decisions/0013-one-order-of-locks.md)."""

from sqlalchemy.ext.asyncio import AsyncSession

from linking.storage import directory, requests
from linking.tables import Pair


async def lock(session: AsyncSession, bureau_id: str, tenant_id: str) -> Pair:
    """What is decided on about the two stays as it is until the transaction's end: the directory's
    word about them, and all that is between them."""
    await directory.lock_bureau(session, bureau_id)
    await directory.client(session, tenant_id, lock=True)
    return await requests.lock_pair(session, bureau_id, tenant_id)
