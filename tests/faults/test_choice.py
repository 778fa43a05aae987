"""Which faults a run plays."""

import random
from collections import Counter

from tests.faults import run  # registers the faults
from tests.faults.__main__ import LONG, chosen
from tests.faults.nemesis import FAULTS

assert run.WORKERS


def test_a_long_run_leaves_out_no_fault() -> None:
    played = Counter(chosen(["long"], random.Random(1)))
    assert played.keys() == FAULTS.keys()
    assert played["kill"] + played["kill-at-a-place"] == LONG
    assert {played[one] for one in FAULTS.keys() - {"kill", "kill-at-a-place"}} == {2}


def test_each_is_each_once() -> None:
    assert sorted(chosen(["each"], random.Random(1))) == sorted(FAULTS)
