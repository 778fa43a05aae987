"""The sort key, against an oracle that compares letter by letter."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activation.swedish import folded, is_sort_key, sort_key

ALPHABET = " 0123456789abcdefghijklmnopqrstuvwxyzåäö"
names = st.text(alphabet=ALPHABET + ALPHABET.upper(), max_size=12)
tenant_ids = st.integers(0, 10**12 - 1).map(str)


def oracle(name: str, tenant_id: str) -> tuple[list[int], int]:
    words = " ".join(name.lower().split())
    return [ALPHABET.index(letter) for letter in words], int(tenant_id)


@given(st.lists(st.tuples(names, tenant_ids), max_size=20))
def test_keys_are_in_swedish_order(clients: list[tuple[str, str]]) -> None:  # R43
    by_key = sorted(clients, key=lambda each: sort_key(*each).encode())
    by_oracle = sorted(clients, key=lambda each: oracle(*each))
    assert [oracle(*each) for each in by_key] == [oracle(*each) for each in by_oracle]


@given(st.text(max_size=200), st.from_regex(r"[0-9]{1,12}", fullmatch=True))
def test_any_name_gives_a_key_that_the_database_takes(name: str, tenant_id: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return  # a lone surrogate never gets past the contract
    key = sort_key(name, tenant_id)
    assert key.endswith(tenant_id)
    assert len(key.encode()) <= 1000
    assert "\0" not in key
    assert is_sort_key(key)


@given(names, st.from_regex(r"[0-9]{1,12}", fullmatch=True), tenant_ids)
def test_no_two_clients_share_a_key(name: str, one: str, other: str) -> None:
    assert (sort_key(name, one) == sort_key(name, other)) == (one == other)


@pytest.mark.parametrize(
    "names",
    [
        ["3 Bröder AB", "Aldén AB", "Zäta AB", "Åkeri AB", "Ärlig AB", "Öst AB"],
        ["Idé AB", "Ide Bygg AB", "Idéverket AB"],
        ["Valfrid", "Wahlström", "Xact"],
        ["Lund AB", "Lund & Son AB", "Lunda AB"],
        ["Mux AB", "Müller AB", "Myran AB"],
        ["Zzz AB", "Ægir AB", "Ørsted AB"],
        ["Öst AB", "Αθήνα AE"],
    ],
    ids=lambda names: names[0],
)
def test_names_as_a_swede_expects_them(names: list[str]) -> None:  # R43
    assert sorted(names, key=lambda name: sort_key(name, "1").encode()) == names


def test_the_shorter_name_comes_first() -> None:
    assert sort_key("Lund", "999") < sort_key("Lund AB", "1")


def test_equal_names_are_ordered_by_the_tenant_ids_value() -> None:
    assert sort_key("Lund", "9") < sort_key("LUND", "10") < sort_key("lund", "100")


def test_case_and_composition_do_not_matter_to_a_search() -> None:
    assert folded(unicodedata.normalize("NFD", " ÅKERI  Ab ")) == "åkeri ab"
