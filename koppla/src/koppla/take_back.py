"""Linking's database was restored to an earlier day: it hears from the others what it has lost."""

from koppla.ops_client import OpsClient


def pair(client: OpsClient, key: str) -> int:
    """Has linking take back what activation knows of a pair; 1 where it did. Raises NotRunning,
    OpsRefused."""
    heard = client.get(f"/v1/ops/activation/pairs/{key.replace(':', '/', 1)}")
    return _done(client.post("/v1/ops/linking/mend-pair", heard))


def bureau(client: OpsClient, bureau_id: str, version: int, state: str) -> int:
    """Has linking say its word of a bureau again, above what search has heard; 1 where it did."""
    eligible = state == "eligible"
    heard = {
        "bureau_id": bureau_id,
        "version": version,
        "eligible": eligible,
        "reason": None if eligible else state,
    }
    return _done(client.post("/v1/ops/linking/mend-bureau", heard))


def _done(answer: dict[str, str]) -> int:
    return 0 if answer["outcome"] == "not_in_directory" else 1
