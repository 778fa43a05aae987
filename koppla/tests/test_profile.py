"""What the services of one process are told where the environment says nothing."""

from pathlib import Path

import pytest

from koppla.profile import SERVICES, Attached, settings_of


@pytest.mark.parametrize("real", [False, True])
def test_customer_service_has_an_address_in_a_run_for_development_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: bool
) -> None:
    monkeypatch.delenv("KOPPLA_SUPPORT_EMAIL", raising=False)
    if real:
        monkeypatch.setenv("KOPPLA_ISSUER", "https://issuer.example")
    databases = dict.fromkeys(SERVICES, ("postgresql://o@db/x", "postgresql://r@db/x"))
    attached = Attached("broker:9092", True, databases, "smtp://sink", "http://localhost:8080")
    for service in ("linking", "notifier"):
        told = settings_of(service, attached, tmp_path).get("support_email")
        assert told == (None if real else "support@koppla.example")
