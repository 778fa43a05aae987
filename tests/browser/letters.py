"""What a bureau asks and what arrives by mail, for tests that begin at a mailed link."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from chassis.kafka import KafkaSettings
from chassis.settings import load
from koppla.demo_data import generate
from koppla.directory_publisher import publish
from koppla.forgetful_broker import DEMO
from koppla.waiting import until
from tests.support.platform import Platform, koppla

Client = dict[str, Any]


@dataclass
class Letters:
    """Of the demo directory: bureau b-1 asks, and mails arrive in the inbox of `koppla up`."""

    koppla: Platform
    bureau: str = "b-1"
    clients: dict[str, Client] = field(default_factory=dict)
    _free: list[Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        clients = list(generate(DEMO["clients"], DEMO["bureaus"], DEMO["seed"])[0])
        numbers = [one["org_number"] for one in clients]
        self.clients = {one["tenant_id"]: one for one in clients}
        # The walk's client stays as it is; companies with several databases are searched for.
        self._free = [
            one
            for one in clients[1:]
            if len(one["system_admins"]) > 1 and numbers.count(one["org_number"]) == 1
        ]

    def client(self) -> Client:
        """One with two admins or more that no test has had yet."""
        return self._free.pop(0)

    async def ask(self, client: Client, message: str | None = None) -> str:
        """The id of a new request to the client."""
        body = {
            "tenant_id": client["tenant_id"],
            "entry_point": "client_manager",
            **({} if message is None else {"message": message}),
        }
        return str((await self._post("/v1/link-requests", body))["id"])

    async def cancel(self, request_id: str) -> None:
        await self._post(f"/v1/link-requests/{request_id}/cancel")

    async def resend(self, request_id: str) -> None:
        await self._post(f"/v1/link-requests/{request_id}/resend")

    async def requests(self, client: Client) -> int:
        """How many there have been to the client."""
        async with self._admin() as http:
            answer = await http.get("/v1/link-requests", params={"tenant_id": client["tenant_id"]})
            return len(answer.json()["items"])

    async def link_up(self, client: Client) -> None:
        """Asked and accepted, and in the activation list."""
        await self.ask(client)
        await self.accept(client)
        await self.listed(client)

    async def listed(self, client: Client) -> None:
        """Returns once the client is in the activation list."""
        async with self._admin() as http:

            async def waits() -> bool:
                items = (await http.get("/v1/activation-list")).json()["items"]
                return client["tenant_id"] in [one["tenant_id"] for one in items]

            await until(waits, 120, what="the activation list")

    async def activate(self, client: Client, **access: str) -> None:
        """Linked, and in the client list. access: by program, of the bureau's consultant."""
        await self.link_up(client)
        permissions = [{"program": one, "access": given} for one, given in access.items()]
        grants = [{"consultant_id": f"{self.bureau}-consultant", "permissions": permissions}]
        path = f"/v1/activation-list/{client['tenant_id']}/activate"
        await self._post(path, {"grants": grants if access else []})

    async def accept(self, client: Client) -> None:
        """The request that was asked before."""
        await self._answer(client, "accept", {"confirm": True})

    async def decline(self, client: Client, message: str) -> None:
        """The request that was asked before."""
        await self._answer(client, "decline", {"message": message})

    async def grant(self, client: Client, **access: str) -> None:
        """What the bureau's consultant may do from now on. access: by program."""
        permissions = [{"program": one, "access": given} for one, given in access.items()]
        path = f"/v1/clients/{client['tenant_id']}/consultants/{self.bureau}-consultant"
        async with self._admin() as http:
            answer = await http.put(path, json={"permissions": permissions})
            assert answer.status_code == 200, answer.text

    async def end(self, client: Client) -> None:
        """The link; returns once the bureau has lost the client."""
        async with self._admin() as http:
            asked = {"tenant_id": client["tenant_id"], "status": "active"}
            [link] = (await http.get("/v1/links", params=asked)).json()["items"]
            answer = await http.post(f"/v1/links/{link['id']}/end", json={"reason": "Fel klient."})
            assert answer.status_code == 200, answer.text

            async def gone() -> bool:
                items = (await http.get("/v1/activation-list")).json()["items"]
                return client["tenant_id"] not in [one["tenant_id"] for one in items]

            await until(gone, 120, what="the link's end")

    async def register(self, client: Client) -> None:
        """A signed paper form for the client, by customer service."""
        form = {
            "bureau_id": self.bureau,
            "tenant_id": client["tenant_id"],
            "form_kind": "link_client",
            "signed": True,
            "signed_by": client["system_admins"][0]["name"],
            "signatory_role": "authorised_signatory",
            "signed_on": "2026-03-25",
            "reference": "KT-2026-00418",
        }
        async with self.koppla.client("support-1", "support_agent") as http:
            answer = await http.post("/v1/paper-forms", json=form)
            assert answer.status_code == 201, answer.text

    async def happened(self, request_id: str) -> list[str]:
        """The types of what has happened to a request, mails left out, the oldest first."""
        async with self._admin() as http:
            answer = await http.get(f"/v1/link-requests/{request_id}/events")
            return [one["type"] for one in answer.json()["items"] if "_mail_" not in one["type"]]

    async def links(self, client: Client) -> list[str]:
        """How each link to the client is, ever."""
        async with self._admin() as http:
            answer = await http.get("/v1/links", params={"tenant_id": client["tenant_id"]})
            return [one["status"] for one in answer.json()["items"]]

    async def stands(self, link: str, status: int) -> None:
        """Returns once the link's page answers so, for what the directory says comes later."""
        async with self.koppla.client("nobody") as http:

            async def answers() -> bool:
                return (await http.get(link)).status_code == status

            await until(answers, 120, what=f"{status} of the link's page")

    async def is_known(self) -> None:
        """Returns once linking has heard of the bureau."""
        async with self._admin() as http:

            async def heard() -> bool:
                return (await http.get("/v1/eligibility")).status_code == 200

            await until(heard, 120, what="the bureau")

    async def is_decided(self, request_id: str) -> None:
        """Returns once the request waits no more."""
        async with self.koppla.client("support-1", "support_agent") as http:

            async def decided() -> bool:
                answer = await http.get(f"/v1/link-requests/{request_id}")
                return bool(answer.json()["status"] != "pending")

            await until(decided, 120, what="the request's end")

    async def _answer(self, client: Client, what: str, body: dict[str, Any]) -> None:
        link = await self.link(client)
        async with self.koppla.client("nobody") as http:
            headers = {"accept": "application/json"}
            answer = await http.post(f"{link}/{what}", json=body, headers=headers)
            assert answer.status_code == 200, answer.text

    async def link(self, client: Client, admin: int = 0, mails: int = 1) -> str:
        """The path of the newest link that the client's admin got. mails: how many with a link
        she must have by then."""
        async with self.koppla.client("nobody") as http:
            to = {"to": client["system_admins"][admin]["email"]}

            async def found() -> list[str]:
                texts = [
                    one["text"]
                    for one in (await http.get("/inbox/messages", params=to)).json()["items"]
                ]
                pattern = re.escape(self.koppla.url) + r"(/l/[\w-]+)"
                links = [match[1] for text in texts if (match := re.search(pattern, text))]
                return links if len(links) >= mails else []

            return (await until(found, 120, what=f"a link to {to}"))[0]

    async def _post(self, path: str, body: Any = None) -> dict[str, Any]:
        async with self._admin() as http:
            answer = await http.post(path, json=body)
            assert answer.status_code < 300, answer.text
            done: dict[str, Any] = answer.json()
            return done

    def _admin(self) -> httpx.AsyncClient:
        return self.koppla.client(f"{self.bureau}-admin", "bureau_admin", bureau_id=self.bureau)


async def imported(platform: Platform, kind: str, record: dict[str, Any]) -> None:
    """One record of the directory. kind: bureaus or clients."""
    file = platform.data / f"one-of-{kind}.jsonl"
    file.write_text(json.dumps(record, ensure_ascii=False) + "\n")
    code, out, err = await koppla("import", kind, file, "--data", platform.data)
    assert code == 0, (out, err)


async def deleted(platform: Platform, kind: str, key: str) -> None:
    """A record of the directory, by its tombstone."""
    settings = load(KafkaSettings, kafka=platform.run_json()["kafka"], kafka_idempotence="false")
    assert await publish(settings, kind, [(key, None)]) == 1
