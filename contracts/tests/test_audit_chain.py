"""The audit trail's chain: whatever is changed, taken out or put in shows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.audit_chain import START, Beside, Entry, Head, Verifier, verify

NOON = datetime(2026, 3, 25, 12, 0, tzinfo=UTC)
BESIDE = Beside("ab" * 32, {"user_id": "eva", "name": "Eva Åberg"}, "Jag bekräftar")


def chain(length: int, name: str = "100001") -> list[tuple[Entry, Beside | None]]:
    """A chain that holds; every third entry is the clock's."""
    found: list[tuple[Entry, Beside | None]] = []
    previous = START
    for seq in range(1, length + 1):
        beside = None if seq % 3 == 0 else BESIDE
        entry = Entry(
            chain=name,
            seq=seq,
            at=NOON + timedelta(seconds=seq),
            action="link_requested",
            subject="request:1",
            bureau_id="nord",
            side=None if beside is None else "client",
            facts={"version": seq, "reason": "åäö"},
            person_digest=beside and beside.person_digest(),
            shown_digest=beside and beside.shown_digest(),
            previous=previous,
        )
        entry = replace(entry, hash=entry.seal())
        previous = entry.hash
        found.append((entry, beside))
    return found


def test_a_chain_that_nobody_touched_holds() -> None:  # D9
    assert verify([*chain(7), *chain(4, "100002")]) == []


CHANGES = {
    "at": NOON,
    "action": "link_ended",
    "subject": "request:2",
    "bureau_id": None,
    "side": "support",
    "facts": {"version": 4},
    "person_digest": None,
    "shown_digest": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
def test_each_changed_field_shows(field: str) -> None:
    entries = chain(5)
    entry, beside = entries[3]
    entries[3] = (replace(entry, **{field: CHANGES[field]}), beside)  # type: ignore[arg-type]
    assert any("100001:4" in wrong for wrong in verify(entries))


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_entry_with_a_seal_of_its_own_breaks_the_next(field: str) -> None:
    entries = chain(5)
    forged = replace(entries[3][0], **{field: CHANGES[field]})  # type: ignore[arg-type]
    entries[3] = (replace(forged, hash=forged.seal()), entries[3][1])
    assert "100001:5 does not continue the entry before it" in verify(entries)


@given(st.integers(2, 12), st.data())
def test_taken_out_doubled_or_swapped_entries_show(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    how = data.draw(st.sampled_from(["out", "doubled", "swapped"]))
    if how == "out":
        del entries[place]
    elif how == "doubled":
        entries.insert(place, entries[place])
    else:
        entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert verify(entries) != []


def test_an_erased_person_leaves_a_chain_that_holds() -> None:
    verifier = Verifier()
    wrong = [w for entry, _ in chain(6) for w in verifier.check(entry, None)]
    assert (wrong, verifier.erased, verifier.entries) == ([], 4, 6)


@pytest.mark.parametrize(
    "changed",
    [
        replace(BESIDE, person={"user_id": "fia", "name": "Eva Åberg"}),
        replace(BESIDE, shown="Jag bekräftar inte"),
        replace(BESIDE, shown=None),
        replace(BESIDE, salt="cd" * 32),
    ],
)
def test_a_changed_person_or_text_shows(changed: Beside) -> None:
    entries = chain(2)
    entries[0] = (entries[0][0], changed)
    assert verify(entries) == ["100001:1 its person or its text was changed"]


LATER = NOON.replace(year=NOON.year + 8)
"""When everything of NOON is older than it need be kept."""


def proved(
    entries: Iterable[tuple[Entry, Beside | None]],
    heads: Mapping[str, Head],
    anchors: Mapping[str, tuple[int, str]] | None = None,
    now: datetime = NOON,
) -> list[str]:
    verifier = Verifier(anchors, heads, now)
    found = [wrong for entry, beside in entries for wrong in verifier.check(entry, beside)]
    return found + verifier.missing()


def exported(entries: Iterable[tuple[Entry, Beside | None]]) -> dict[str, Head]:
    verifier = Verifier()
    assert [w for entry, beside in entries for w in verifier.check(entry, beside)] == []
    return verifier.heads


def test_a_chain_whose_end_was_cut_off_is_found_by_an_exported_head() -> None:
    entries = chain(5)
    heads = exported(entries)
    assert proved(entries[:3], heads) == ["100001:5 was exported and is gone"]
    assert proved(entries, heads) == []
    assert proved(chain(7), heads) == []


def test_a_chain_that_was_made_anew_is_found_by_an_exported_head() -> None:
    heads = {"100001": replace(exported(chain(2))["100001"], hash="f" * 64)}
    assert proved(chain(3), heads) == ["100001:2 is not the entry that was exported"]


@pytest.mark.parametrize("anchor", [(5, "made up"), (9, "made up")])
def test_an_anchor_is_no_excuse_for_what_is_younger_than_seven_years(
    anchor: tuple[int, str],
) -> None:
    entries = chain(5)
    gone = ["100001:5 was exported and is gone"]
    assert proved([], exported(entries), {"100001": anchor}) == gone
    true = {"100001": (5, entries[-1][0].hash)}
    assert proved([], exported(entries), true) == gone
    assert proved([], exported(entries), true, LATER) == []
    # Retention leaves the hash of what it took.
    assert proved([], exported(entries), {"100001": (5, "made up")}, LATER) == gone


def test_a_young_beginning_that_was_taken_away_is_found_by_an_exported_head() -> None:
    entries = chain(5)
    anchors = {"100001": (3, entries[2][0].hash)}
    early = ["100001:1 was exported and taken away before its time"]
    assert proved(entries[3:], exported(entries), anchors) == early
    assert proved(entries[3:], exported(entries), anchors, LATER) == []


def test_a_young_middle_is_not_excused_by_a_beginning_that_was_old() -> None:
    entries = chain(5)
    aged = [
        (replace(entry, at=entry.at.replace(year=NOON.year - 7)) if entry.seq <= 2 else entry, one)
        for entry, one in entries
    ]
    resealed: list[tuple[Entry, Beside | None]] = []
    previous = START
    for entry, one in aged:
        entry = replace(entry, previous=previous)
        entry = replace(entry, hash=entry.seal())
        previous = entry.hash
        resealed.append((entry, one))
    heads = exported(resealed)
    now = NOON + timedelta(hours=1)
    rightly = {"100001": (2, resealed[1][0].hash)}
    assert proved(resealed[2:], heads, rightly, now) == []
    wrongly = {"100001": (4, resealed[3][0].hash)}
    early = ["100001:3 was exported and taken away before its time"]
    assert proved(resealed[4:], heads, wrongly, now) == early


def test_a_person_that_was_taken_out_without_a_word_shows() -> None:
    entries = chain(5)
    entries[0] = (entries[0][0], None)
    assert verify(entries) == ["1 entries have lost their person, the trail tells of 0"]
    told = replace(chain(1, "-")[0][0], action="person_erased", facts={"rows": 9, "trail_rows": 1})
    told = replace(told, hash=replace(told, hash="").seal())
    assert verify([(told, BESIDE), *entries]) == []


def test_a_chain_begins_where_retention_left_it() -> None:
    entries = chain(5)
    verifier = Verifier(anchors={"100001": (2, entries[1][0].hash)})
    assert [w for entry, beside in entries[2:] for w in verifier.check(entry, beside)] == []
    without = Verifier()
    assert without.check(*entries[2]) == ["100001:3 follows 0: entries are missing or doubled"]


def test_the_seal_is_of_the_instant_and_not_of_its_zone() -> None:
    entry = chain(1)[0][0]
    elsewhere = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=2))))
    assert elsewhere.seal() == entry.hash


def test_only_json_values_are_facts() -> None:
    entry = replace(chain(1)[0][0], facts={"at": NOON})
    with pytest.raises(TypeError):
        entry.seal()
