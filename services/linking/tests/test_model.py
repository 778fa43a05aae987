"""The service against the model, step by step at random: answers, rows, versions, events (D1-D11).

KOPPLA_MODEL_STEPS says how many at least. A failure prints its seed; KOPPLA_SEED takes it again.
"""

import asyncio
import os
import random
import secrets
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.events.directory import BureauRecord, BureauUser, ClientRecord, SystemAdmin
from contracts.link_token import Purpose
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.issuer import DevelopmentIssuer
from linking.app import build
from linking.settings import LinkingSettings
from services.linking.tests.driven import Driven
from services.linking.tests.model import Model, Request
from services.linking.tests.world import JSON, SETTINGS
from tests.support.harness import Broker, Harness

STEPS = int(os.environ.get("KOPPLA_MODEL_STEPS", "5000"))
SEED = int(os.environ.get("KOPPLA_SEED") or secrets.randbelow(2**32))
_SHRINK = (Phase.shrink,) if os.environ.get("KOPPLA_SEED") else ()
BUREAUS, CLIENTS, USERS = ("nord", "syd"), ("1", "2"), ("eva", "fia", "gun")
bureaus, clients, users = st.sampled_from(BUREAUS), st.sampled_from(CLIENTS), st.sampled_from(USERS)
admin_sets = st.dictionaries(users, st.sampled_from("aab"), min_size=0, max_size=3)


@pytest.fixture
def driven(
    postgres: EmbeddedPostgres, issuer: DevelopmentIssuer, tmp_path: Path
) -> Iterator[Driven]:
    # A loop of its own, since Hypothesis calls the steps from outside of any.
    loop = asyncio.new_event_loop()
    nowhere = Broker("127.0.0.1:9", {"kafka_idempotence": False})
    harness = Harness(postgres, nowhere, issuer, tmp_path)
    # The model knows no limits, and all its mails go to six addresses.
    off = ("rate_requests_per_client", "rate_mails_per_address", "rate_link_pages")
    settings = {**SETTINGS, **dict.fromkeys(off, "off")}
    running = harness.running("linking", LinkingSettings, build, roles=("serve",), **settings)
    started = loop.run_until_complete(running.__aenter__())
    driven = Driven(loop, started, harness)
    yield driven
    loop.run_until_complete(driven.connection.close())
    loop.run_until_complete(running.__aexit__(None, None, None))
    loop.close()


class Life(RuleBasedStateMachine):
    driven: Driven

    def __init__(self) -> None:
        super().__init__()
        self.driven.runs += 1
        self.run = self.driven.runs
        self.model = Model(list(BUREAUS), list(CLIENTS))
        for bureau in BUREAUS:
            self._bureau_says(bureau)
        for client in CLIENTS:
            self.client_says(client, {"eva": "a", "fia": "a"})

    # Names of this run

    def bureau_id(self, bureau: str) -> str:
        return f"{bureau}-{self.run}"

    def tenant_id(self, client: str) -> str:
        return f"{self.run}{int(client):03}"

    def address(self, user: str, variant: str) -> str:
        return f"{user}@{variant}.example"

    def bureau_user(self, bureau: str) -> dict[str, str]:
        return self.driven.harness.bearer("ada", "bureau_admin", bureau_id=self.bureau_id(bureau))

    def support(self) -> dict[str, str]:
        return self.driven.harness.bearer("sam", "support_agent")

    def act(
        self, expected: str | None, path: str, body: Any, headers: dict[str, str]
    ) -> dict[str, Any]:
        answer = self.driven.post(path, body, headers)
        self.driven.steps += 1
        self.driven.met[f"{_act(path)} {expected or 'done'}"] += 1
        said: dict[str, Any] = answer.json()
        assert said.get("code") == expected, (path, body, expected, answer.text)
        assert (answer.status_code < 300) == (expected is None)
        return said

    # What happens. Rules are drawn alike, so what must meet often has several.

    @rule(bureau=bureaus, client=clients)
    def create(self, bureau: str, client: str) -> None:
        expected = self.model.create(bureau, client)
        wish = {"tenant_id": self.tenant_id(client), "entry_point": "client_manager"}
        said = self.act(expected, "/v1/link-requests", wish, self.bureau_user(bureau))
        if expected is None:
            self.model.pairs[bureau, client].requests[-1].id = said["id"]

    @precondition(lambda self: self.model.pending())
    @rule(data=st.data())
    def accept_what_is_pending(self, data: st.DataObject) -> None:
        self._answer(data, *data.draw(st.sampled_from(self.model.pending())), accept=True)

    @precondition(lambda self: self.model.pending())
    @rule(data=st.data(), accept=st.booleans())
    def answer_what_is_pending(self, data: st.DataObject, accept: bool) -> None:
        self._answer(data, *data.draw(st.sampled_from(self.model.pending())), accept=accept)

    @precondition(lambda self: self.model.requests())
    @rule(data=st.data(), accept=st.booleans())
    def answer_anything(self, data: st.DataObject, accept: bool) -> None:
        self._answer(data, *data.draw(st.sampled_from(self.model.requests())), accept=accept)

    def _answer(
        self, data: st.DataObject, bureau: str, client: str, request: Request, *, accept: bool
    ) -> None:
        number = data.draw(st.integers(1, len(request.sendings)))
        user = data.draw(st.sampled_from(sorted(request.sendings[number - 1].to)))
        address = self.address(user, request.sendings[number - 1].to[user])
        token = self.driven.keys.sign(Purpose.DECIDE, UUID(request.id), number, user, address)
        if accept:
            unconfirmed = self.driven.post(f"/l/{token}/accept", {"confirm": False}, JSON)
            assert unconfirmed.status_code != 200 or request.shown == "accepted"
        expected = self.model.answer(bureau, client, request, number, user, accept)
        path, body = ("accept", {"confirm": True}) if accept else ("decline", {})
        self.act(expected, f"/l/{token}/{path}", body, JSON)
        self._name_link(bureau, client)

    @precondition(lambda self: self.model.pending())
    @rule(data=st.data())
    def resend_what_is_pending(self, data: st.DataObject) -> None:
        self._cancel_or_resend(*data.draw(st.sampled_from(self.model.pending())), resend=True)

    @precondition(lambda self: self.model.pending())
    @rule(data=st.data())
    def answer_an_older_link(self, data: st.DataObject) -> None:
        """Sent again after 100 hours, and 100 hours later the first link is clicked."""
        bureau, client, request = data.draw(st.sampled_from(self.model.pending()))
        self.jump(100)
        self._cancel_or_resend(bureau, client, request, resend=True)
        self.jump(100)
        self._answer(data, bureau, client, request, accept=True)

    @precondition(lambda self: self.model.requests())
    @rule(data=st.data(), resend=st.booleans())
    def cancel_or_resend_anything(self, data: st.DataObject, resend: bool) -> None:
        self._cancel_or_resend(*data.draw(st.sampled_from(self.model.requests())), resend=resend)

    def _cancel_or_resend(
        self, bureau: str, client: str, request: Request, *, resend: bool
    ) -> None:
        act = self.model.resend if resend else self.model.cancel
        expected = act(bureau, client, request)
        path = f"/v1/link-requests/{request.id}/{'resend' if resend else 'cancel'}"
        self.act(expected, path, None, self.bureau_user(bureau))

    @rule(bureau=bureaus, client=clients, really=st.booleans())
    def paper_form(self, bureau: str, client: str, really: bool) -> None:
        if not really:
            return
        expected = self.model.paper_form(bureau, client)
        form = {
            "bureau_id": self.bureau_id(bureau),
            "tenant_id": self.tenant_id(client),
            "form_kind": "link_client",
            "signed": True,
            "signed_by": "Åke Öberg",
            "signatory_role": "system_admin",
            "signed_on": "2026-01-15",
            "reference": "ARK-1",
        }
        self.act(expected, "/v1/paper-forms", form, self.support())
        self._name_link(bureau, client)

    @precondition(lambda self: self.model.links())
    @rule(data=st.data(), who=st.sampled_from(["bureau", "support", "client"]))
    def end(self, data: st.DataObject, who: str) -> None:
        bureau, client, link = data.draw(st.sampled_from(self.model.links()))
        path = f"/v1/links/{link.id}/end"
        if who == "client":
            user, variant = data.draw(users), data.draw(st.sampled_from(("a", "b")))
            expected = self.model.end_by_client(bureau, client, link, user, variant)
            token = self.driven.keys.sign(
                Purpose.MANAGE, UUID(link.id), 1, user, self.address(user, variant)
            )
            self.act(expected, f"/l/{token}/end", {"confirm": True}, JSON)
        elif who == "bureau":
            expected = self.model.end_by_bureau(bureau, client, link)
            self.act(expected, path, None, self.bureau_user(bureau))
        else:
            self.model.end(bureau, client, link)
            self.act(None, path, None, self.support())

    @rule(hours=st.sampled_from([1, 24, 100, 143, 144, 167, 168]))
    def jump(self, hours: int) -> None:
        """The clock jumps: everything of this run gets that much older."""
        self.model.jump(hours)
        by, mine = timedelta(hours=hours), f"%-{self.run}"
        self.driven.rows(
            "UPDATE link_requests SET created_at = created_at - $1::interval,"
            " expires_at = expires_at - $1::interval WHERE bureau_id LIKE $2",
            *(by, mine),
        )
        self.driven.rows(
            "UPDATE sendings s SET sent_at = sent_at - $1::interval,"
            " expires_at = s.expires_at - $1::interval"
            " FROM link_requests r WHERE r.id = s.request_id AND r.bureau_id LIKE $2",
            *(by, mine),
        )
        self.driven.steps += 1

    @rule()
    def sweep(self) -> None:
        self.model.sweep()
        self.driven.sweep()
        self.driven.steps += 1

    @rule(client=clients, admins=admin_sets)
    def client_says(self, client: str, admins: dict[str, str]) -> None:
        self.model.client_says(client, dict(admins))
        tenant_id = self.tenant_id(client)
        record = ClientRecord(
            tenant_id=tenant_id,
            org_number="212000-0142",
            name=f"Klient {client}",
            system_admins=tuple(
                SystemAdmin(user_id=user, name=user.title(), email=self.address(user, variant))
                for user, variant in admins.items()
            ),
        )
        self.driven.directory(ClientRecord, tenant_id, record)
        self.driven.steps += 1

    @rule(data=st.data())
    def something_rare(self, data: st.DataObject) -> None:
        """What keeps a bureau or a client from everything; the next one lets it in again."""
        for bureau in BUREAUS:
            if not self.model.bureaus[bureau].exists:
                self._bureau_says(bureau)
                return
            if self.model.bureaus[bureau].excluded:
                self._exclude(bureau, excluded=False)
                return
        for client in CLIENTS:
            if not self.model.clients[client].exists:
                self.client_says(client, {"eva": "a", "gun": "b"})
                return
        what = data.draw(st.sampled_from(["client", "bureau", "exclude", "exclude", "nothing"]))
        if what == "client":
            client = data.draw(clients)
            self.model.client_gone(client)
            self.driven.directory(ClientRecord, self.tenant_id(client), None)
        elif what == "bureau":
            bureau = data.draw(bureaus)
            self.model.bureau_gone(bureau)
            self.driven.directory(BureauRecord, self.bureau_id(bureau), None)
        elif what == "exclude":
            self._exclude(data.draw(bureaus), excluded=True)
        self.driven.steps += 1

    def _exclude(self, bureau: str, *, excluded: bool) -> None:
        self.model.bureaus[bureau].excluded = excluded
        path = "/v1/ops/linking/exclusions" + ("" if excluded else "/remove")
        rule = {"kind": "bureau", "value": self.bureau_id(bureau)}
        self.act(None, path, rule, self.driven.harness.bearer("olle", "ops"))

    def _bureau_says(self, bureau: str) -> None:
        self.model.bureau_says(bureau)
        bureau_id = self.bureau_id(bureau)
        user = BureauUser(user_id="ada", name="Ada", email="ada@b.example", role="bureau_admin")
        record = BureauRecord(
            bureau_id=bureau_id, org_number="556469-6291", name=bureau.title(), users=(user,)
        )
        self.driven.directory(BureauRecord, bureau_id, record)

    def _name_link(self, bureau: str, client: str) -> None:
        for link in self.model.pairs[bureau, client].links:
            if not link.id:
                [row] = self.driven.rows(
                    "SELECT id FROM links WHERE bureau_id = $1 AND tenant_id = $2 AND version = $3",
                    *(self.bureau_id(bureau), self.tenant_id(client), link.version),
                )
                link.id = str(row["id"])

    # What must hold after each step

    @invariant()
    def rows_versions_and_events_are_the_models(self) -> None:
        assert self._requests() == self._modelled_requests()
        assert self._links() == self._modelled_links()
        assert self._events() == {
            f"{self.bureau_id(b)}:{self.tenant_id(c)}": pair.said
            for (b, c), pair in self.model.pairs.items()
            if pair.said
        }

    def _requests(self) -> set[tuple[Any, ...]]:
        return {
            tuple(row)
            for row in self.driven.rows(
                "SELECT id::text, version, sending, reason, decided_by ->> 'user_id',"
                " CASE WHEN status = 'pending' AND expires_at <= clock_timestamp()"
                " THEN 'expired' ELSE status END FROM link_requests WHERE bureau_id LIKE $1",
                f"%-{self.run}",
            )
        }

    def _modelled_requests(self) -> set[tuple[Any, ...]]:
        return {
            (r.id, r.version, len(r.sendings), r.reason, self._decider(r), r.shown)
            for pair in self.model.pairs.values()
            for r in pair.requests
        }

    def _decider(self, request: Request) -> str | None:
        if request.shown == "cancelled":
            by = {None: "ada", "paper_form": "sam"}
            return by.get(request.reason)
        return request.decided_by

    def _links(self) -> set[tuple[Any, ...]]:
        return {
            tuple(row)
            for row in self.driven.rows(
                "SELECT id::text, version, route, status, reason FROM links"
                " WHERE bureau_id LIKE $1",
                f"%-{self.run}",
            )
        }

    def _modelled_links(self) -> set[tuple[Any, ...]]:
        return {
            (link.id, link.version, link.route, link.status, link.reason)
            for pair in self.model.pairs.values()
            for link in pair.links
        }

    def _events(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.driven.rows(
            "SELECT key, type, version FROM (SELECT id, key, type,"
            " (convert_from(value, 'UTF8')::jsonb ->> 'version')::int AS version FROM outbox"
            " WHERE key LIKE $1) o ORDER BY id",
            f"%-{self.run}:%",
        ):
            said = found.setdefault(row["key"], [])
            said.append(row["type"])
            # Versions have neither gaps nor twins, in the order in which they are published.
            assert row["version"] == len(said)
        return found


def _act(path: str) -> str:
    """`accept` of `/l/…/accept`: what was done, without whose it was."""
    return path.rsplit("/", 1)[-1]


@pytest.mark.timeout(3000)
def test_the_service_does_what_the_model_does(driven: Driven) -> None:
    sys.stderr.write(f"\nKOPPLA_SEED={SEED}, at least {STEPS} steps\n")
    Life.driven = driven
    seeds = random.Random(SEED)
    while driven.steps < STEPS:
        machine = seed(seeds.randrange(2**32))(type("Life", (Life,), {}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=10,
                stateful_step_count=50,
                # Shrinking takes its time: only where somebody takes a seed again to look at it.
                phases=(Phase.generate, *_SHRINK),
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    met = ", ".join(f"{what} {times}" for what, times in sorted(driven.met.items()))
    sys.stderr.write(f"{driven.steps} steps in {driven.runs} runs: {met}\n")
