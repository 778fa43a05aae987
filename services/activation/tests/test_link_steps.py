"""Links as events tell of them: whatever their order, the newest version decides."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from activation.link_steps import Known, Step, on_ended, on_established


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[str, UUID, int]], list[tuple[str, UUID, int]]]:
    """What happened to one pair in order, and how it arrives: doubled, late, mixed."""
    version, happened = 0, []
    for number in range(draw(st.integers(1, 4))):
        for kind in ("established", "ended"):
            version += draw(st.integers(1, 3))
            happened.append((kind, UUID(int=number), version))
    happened = happened[: draw(st.integers(1, len(happened)))]
    copies = draw(st.lists(st.sampled_from(happened), max_size=6))
    return happened, draw(st.permutations(happened + copies))


@given(histories())
def test_any_order_and_number_of_copies_ends_alike(
    history: tuple[list[tuple[str, UUID, int]], list[tuple[str, UUID, int]]],
) -> None:
    happened, arrives = history
    known: Known | None = None
    shown = 0
    for kind, link_id, version in arrives:
        if kind == "established":
            step = on_established(known, link_id, version)
        else:
            step = on_ended(known, version)
        if step is not Step.NOTHING:
            known = Known(link_id, version, kind == "established")
        shown += {Step.LIST: 1, Step.RELIST: 0, Step.DELIST: -1}.get(step, 0)
        assert shown == int(known is not None and known.active)
    kind, link_id, version = happened[-1]
    assert known == Known(link_id, version, kind == "established")


def test_an_ended_link_never_comes_back() -> None:
    ended = Known(UUID(int=1), 3, active=False)
    assert on_established(ended, UUID(int=1), 2) is Step.NOTHING
    assert on_established(ended, UUID(int=1), 9) is Step.NOTHING
    assert on_established(ended, UUID(int=2), 9) is Step.LIST


def test_a_snapshot_of_a_known_link_changes_nothing_but_its_version() -> None:
    assert on_established(Known(UUID(int=1), 3, active=True), UUID(int=1), 4) is Step.NOTE
