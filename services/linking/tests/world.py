"""What the tests of linking act with: the directory, bureau users, and the mails' links."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from contracts.events.directory import BureauRecord, BureauUser, ClientRecord, SystemAdmin
from contracts.events.linking import LinkRequested
from contracts.link_token import LinkKeys, Purpose
from contracts.topics import Topic
from koppla.waiting import until
from linking.sweeper import Sweeper
from tests.support.harness import E, Harness, Running

LINK_KEYS = "k1:" + base64.b64encode(b"linking-tests-linking-tests-1234").decode()
SETTINGS: dict[str, Any] = {"public_url": "https://koppla.example", "link_keys": LINK_KEYS}
JSON = {"accept": "application/json"}
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

ADA = BureauUser(user_id="ada", name="Ada Ek", email="ada@nord.example", role="bureau_admin")
BO = BureauUser(user_id="bo", name="Bo Ask", email="bo@nord.example", role="consultant")


def bureau(bureau_id: str, name: str, *users: BureauUser, **more: Any) -> BureauRecord:
    return BureauRecord(
        bureau_id=bureau_id, org_number="556469-6291", name=name, users=users, **more
    )


NORD = bureau("nord", "Nord Redovisning & Råd AB", ADA, BO)
SYD = bureau(
    "syd",
    "Syd Siffror",
    BureauUser(user_id="cia", name="Cia Syd", email="cia@syd.example", role="bureau_admin"),
)
KPMG = bureau(
    "kpmg-1",
    "En av de stora",
    BureauUser(user_id="kim", name="Kim", email="kim@kpmg.example", role="bureau_admin"),
    group=" kpmg ",
)
BUREAUS = (NORD, SYD, KPMG)

EVA = SystemAdmin(user_id="eva", name="Eva Åberg", email="eva@nordkust.example", locale="sv")
FIA = SystemAdmin(user_id="fia", name="Fia Öst", email="fia@nordkust.example", locale="en")
GUN = SystemAdmin(user_id="gun", name="Gun Äng", email="gun@nordkust.example")
ADMINS = (EVA, FIA, GUN)


def client(tenant_id: str, name: str, *admins: SystemAdmin, **more: Any) -> ClientRecord:
    given = {"org_number": "212000-0142", "city": "Växjö", **more}
    return ClientRecord(tenant_id=tenant_id, name=name, system_admins=admins, **given)


NORDKUST = client("100001", "Nordkust Åkeri AB", *ADMINS)
SOLE = client("100002", "Evas snickeri", EVA, org_number="640823-3234")
NOBODY = client("100003", "Utan admin AB")
CLIENTS = (NORDKUST, SOLE, NOBODY, client("100004", "Ärlig Öl AB", EVA))


class World:
    """The running service, seen from a bureau, from a mailbox and from an operator's psql."""

    def __init__(self, harness: Harness, running: Running) -> None:
        self.harness = harness
        self.running = running
        self.http = running.http
        self.broker = harness.broker
        self.keys = LinkKeys.parse(LINK_KEYS)

    async def knows(self, bureaus: int, clients: int) -> bool:
        rows = await self.running.rows(
            "SELECT (SELECT count(*) FROM bureaus) b, (SELECT count(*) FROM clients) c"
        )
        return rows == [{"b": bureaus, "c": clients}]

    def user(self, sub: str = "ada", bureau_id: str | None = "nord", *roles: str) -> dict[str, str]:
        return self.harness.bearer(sub, *(roles or ("bureau_admin",)), bureau_id=bureau_id)

    async def ask(
        self,
        tenant_id: str = "100001",
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """POST /v1/link-requests by Ada of Nord, or by who is given in the headers."""
        body = {"tenant_id": tenant_id, "entry_point": "client_manager", **more}
        return await self.http.post(
            "/v1/link-requests", json=body, headers={**self.user(), **(headers or {})}
        )

    async def asked(self, tenant_id: str = "100001", **more: Any) -> dict[str, Any]:
        """A request that was made."""
        answer = await self.ask(tenant_id, **more)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def get(self, path: str, headers: Any = None, **q: Any) -> Any:
        answer = await self.http.get(path, params=q, headers=headers or self.user())
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def published(self, kind: type[E], number: int) -> list[E]:
        """All events of a type, once there are so many."""

        async def enough() -> list[E] | None:
            found = await self.broker.events(kind)
            return found if len(found) >= number else None

        found = await until(enough, what=f"{number} {kind.type_name()}")
        assert found is not None
        assert len(found) == number
        return found

    async def outbox(self, kind: str) -> int:
        """How many events of a type were written, published or not."""
        rows = await self.running.rows("SELECT count(*) n FROM outbox WHERE type = $1", kind)
        return int(rows[0]["n"])

    async def mailed(self, request: dict[str, Any]) -> dict[str, str]:
        """The link tokens of a request's mails by user id, made as the notifier makes them."""

        async def said() -> LinkRequested | None:
            events = await self.broker.events(LinkRequested)
            return next((e for e in events if str(e.request_id) == request["id"]), None)

        event = await until(said, what="LinkRequested")
        assert event is not None
        return {
            one.user_id: self.sign(event.request_id, one.user_id, one.email, event.window)
            for one in event.recipients
        }

    def sign(self, subject: UUID | str, user_id: str, email: str, window: int = 1) -> str:
        return self.keys.sign(Purpose.DECIDE, UUID(str(subject)), window, user_id, email)

    async def page(
        self, token: str, headers: dict[str, str] | None = None, **query: str
    ) -> httpx.Response:
        return await self.http.get(f"/l/{token}", params=query, headers=headers or JSON)

    async def accept(self, token: str, **more: Any) -> httpx.Response:
        given: dict[str, Any] = {"json": {"confirm": True}, "headers": JSON, **more}
        return await self.http.post(f"/l/{token}/accept", **given)

    async def decline(self, token: str, message: str | None = None) -> httpx.Response:
        body = {} if message is None else {"message": message}
        return await self.http.post(f"/l/{token}/decline", json=body, headers=JSON)

    async def act(
        self, request: dict[str, Any], act: str, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """POST /v1/link-requests/{id}/cancel or /resend by Ada of Nord, or by who is given."""
        path = f"/v1/link-requests/{request['id']}/{act}"
        return await self.http.post(path, headers={**self.user(), **(headers or {})})

    async def shown(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request as its bureau sees it now."""
        found: dict[str, Any] = await self.get(f"/v1/link-requests/{request['id']}")
        return found

    async def linked(self, tenant_id: str = "100001") -> dict[str, Any]:
        """A link by the digital route, accepted by Eva."""
        made = await self.asked(tenant_id)
        tokens = await self.mailed(made)
        assert (await self.accept(tokens["eva"])).status_code == 200
        found = await self.get("/v1/links", tenant_id=tenant_id, status="active")
        link: dict[str, Any] = found["items"][0]
        return link

    def manage(self, link_id: UUID | str, user_id: str = "eva", email: str = EVA.email) -> str:
        """A receipt's token, made as the notifier makes it."""
        return self.keys.sign(Purpose.MANAGE, UUID(str(link_id)), 1, user_id, email)

    def agent(self) -> dict[str, str]:
        """A support agent's header."""
        return self.harness.bearer("sam", "support_agent", name="Sam Kund")

    def operator(self) -> dict[str, str]:
        return self.harness.bearer("olle", "ops", name="Olle Drift")

    async def sweep(self) -> int:
        """All that is due is swept now, by one replica."""
        [sweeper] = [w for w in self.running.service.workers if isinstance(w, Sweeper)]
        return await sweeper.sweep()

    async def gone(self, topic: Topic, key: str, table: str, column: str) -> None:
        """The directory deletes a record, and linking has taken it."""
        await self.broker.publish_raw(topic, key.encode(), None)

        async def taken() -> bool:
            question = f"SELECT 1 FROM {table} WHERE {column} = $1 AND deleted_at IS NOT NULL"
            return bool(await self.running.rows(question, key))

        await until(taken, what="the deletion")

    async def trail(self, **asked: str) -> list[dict[str, Any]]:
        """The audit trail as support reads it, the oldest entry first."""
        found = await self.get("/v1/audit", headers=self.agent(), **asked)
        return list(reversed(found["items"]))

    async def age(self, request: dict[str, Any], by: timedelta) -> None:
        """Moves a request's times into the past."""
        for table, columns, key in (
            ("link_requests", ("created_at", "expires_at"), "id"),
            ("sendings", ("sent_at", "expires_at"), "request_id"),
            ("recipients", ("sent_at",), "request_id"),
        ):
            moved = ", ".join(f"{column} = {column} - $2::interval" for column in columns)
            await self.running.rows(
                f"UPDATE {table} SET {moved} WHERE {key} = $1", UUID(request["id"]), by
            )

    async def directory(self, *records: BureauRecord | ClientRecord) -> None:
        """The directory says something new, and linking has taken it."""
        await self.broker.publish(*records)
        last = records[-1]
        table, key = (
            ("clients", "tenant_id") if isinstance(last, ClientRecord) else ("bureaus", "bureau_id")
        )
        people = "system_admins" if isinstance(last, ClientRecord) else "users"
        wanted = len(last.system_admins if isinstance(last, ClientRecord) else last.users)

        async def taken() -> bool:
            rows = await self.running.rows(
                f"SELECT name, jsonb_array_length({people}) n FROM {table} WHERE {key} = $1",
                last.key(),
            )
            return rows == [{"name": last.name, "n": wanted}]

        await until(taken, what="the directory's record")
