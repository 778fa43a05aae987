"""A check that Schemathesis runs on every answer: nothing of a bureau that is not the caller's."""

import os
from typing import Any

import schemathesis

SECRETS = tuple(filter(None, os.environ.get("KOPPLA_FUZZ_SECRETS", "").split("\t")))


@schemathesis.check
def nothing_of_another_bureau(ctx: Any, response: Any, case: Any) -> None:
    """Raises AssertionError where the answer holds a word that only another bureau may read."""
    said = response.content.decode("utf-8", "replace")
    asked = str(case.body) + str(case.path_parameters) + str(case.query)
    leaked = [word for word in SECRETS if word in said and word not in asked]
    assert not leaked, f"the answer holds {leaked}"
