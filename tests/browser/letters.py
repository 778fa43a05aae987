"""What a bureau asks and what arrives by mail, for tests that begin at a mailed link."""

import re
from dataclasses import dataclass, field
from typing import Any

from koppla.demo_data import generate
from koppla.forgetful_broker import DEMO
from koppla.waiting import until
from tests.support.platform import Platform

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
        admin = self.koppla.client(f"{self.bureau}-admin", "bureau_admin", bureau_id=self.bureau)
        async with admin as http:
            answer = await http.get("/v1/link-requests", params={"tenant_id": client["tenant_id"]})
            return len(answer.json()["items"])

    async def link_up(self, client: Client) -> None:
        """Asked and accepted."""
        await self.ask(client)
        link = await self.link(client)
        async with self.koppla.client("nobody") as http:
            headers = {"accept": "application/json"}
            answer = await http.post(f"{link}/accept", json={"confirm": True}, headers=headers)
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
        admin = self.koppla.client(f"{self.bureau}-admin", "bureau_admin", bureau_id=self.bureau)
        async with admin as http:
            answer = await http.post(path, json=body)
            assert answer.status_code < 300, answer.text
            done: dict[str, Any] = answer.json()
            return done
