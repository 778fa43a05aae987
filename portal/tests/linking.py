"""Clients linked and activated by the API, for pages that begin there."""

from typing import Any

from koppla.waiting import until
from tests.support.platform import Platform

Link = dict[str, Any]


def admin_of(platform: Platform, bureau_id: str) -> Any:
    """An HTTP client of the bureau's admin."""
    return platform.client(f"{bureau_id}-admin", "bureau_admin", bureau_id=bureau_id)


async def linked(platform: Platform, tenant_id: str, bureau_id: str = "p-7") -> Link:
    """Linked by a paper form, and in the bureau's activation list."""
    form = {
        **{"bureau_id": bureau_id, "tenant_id": tenant_id, "form_kind": "link_client"},
        **{"signed": True, "signed_by": "Åsa Öberg", "signatory_role": "authorised_signatory"},
        **{"signed_on": "2026-03-25", "reference": "KT-1"},
    }
    async with platform.client("support-1", "support_agent") as http:
        answer = await http.post("/v1/paper-forms", json=form)
        assert answer.status_code == 201, answer.text
    async with admin_of(platform, bureau_id) as http:

        async def waits() -> bool:
            items = (await http.get("/v1/activation-list")).json()["items"]
            return tenant_id in [one["tenant_id"] for one in items]

        await until(waits, 60, what="the activation list")
    link: Link = answer.json()
    return link


async def activated(
    platform: Platform, tenant_id: str, bureau_id: str = "p-7", **access: dict[str, str]
) -> Link:
    """Linked, and activated with these permissions: by consultant (`_` for `-`), access by
    program."""
    link = await linked(platform, tenant_id, bureau_id)
    grants = [
        {
            "consultant_id": who.replace("_", "-"),
            "permissions": [{"program": one, "access": given[one]} for one in given],
        }
        for who, given in access.items()
    ]
    async with admin_of(platform, bureau_id) as http:
        answer = await http.post(
            f"/v1/activation-list/{tenant_id}/activate", json={"grants": grants}
        )
        assert answer.status_code == 200, answer.text
    return link


async def access(platform: Platform, tenant_id: str, bureau_id: str = "p-7") -> dict[str, Any]:
    """By consultant, access by program; only of those who have any."""
    async with admin_of(platform, bureau_id) as http:
        items = (await http.get(f"/v1/clients/{tenant_id}/consultants")).json()["items"]
    return {
        one["consultant_id"]: {each["program"]: each["access"] for each in one["permissions"]}
        for one in items
        if one["permissions"]
    }


async def end(platform: Platform, link: Link) -> None:
    async with platform.client("support-1", "support_agent") as http:
        answer = await http.post(f"/v1/links/{link['id']}/end", json={"reason": "Fel klient."})
        assert answer.status_code == 200, answer.text
    async with admin_of(platform, link["bureau_id"]) as http:

        async def gone() -> bool:
            lists = [await http.get("/v1/activation-list"), await http.get("/v1/clients")]
            return all(
                link["tenant_id"] not in [one["tenant_id"] for one in each.json()["items"]]
                for each in lists
            )

        await until(gone, 60, what="the link's end")
