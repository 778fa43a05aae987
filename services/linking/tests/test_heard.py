"""What linking does about what others have heard, of every kind there is."""

import pytest

from linking.heard import Act, act


@pytest.mark.parametrize(
    ("known", "heard", "other_active", "done"),
    [
        (None, True, False, Act.TAKE_LINK),
        (None, False, False, Act.TAKE_LINK),
        (None, True, True, Act.SAY_AGAIN),
        (None, False, True, Act.SAY_AGAIN),
        (True, False, False, Act.TAKE_END),
        (True, True, False, Act.SAY_AGAIN),
        (False, True, False, Act.SAY_AGAIN),
        (False, True, True, Act.SAY_AGAIN),
        (False, False, True, Act.SAY_AGAIN),
        (False, False, False, Act.SAY_AGAIN),
    ],
)
def test_a_lost_link_is_taken_back_and_an_ended_one_stays_ended(
    known: bool | None, heard: bool, other_active: bool, done: Act
) -> None:
    assert act(known=known, heard=heard, other_active=other_active) is done


@pytest.mark.parametrize(
    ("known", "heard", "other_active", "done"),
    [
        (None, True, False, Act.TAKE_ENDED),
        (None, False, False, Act.TAKE_LINK),
        (None, True, True, Act.SAY_AGAIN),
        (True, True, False, Act.SAY_AGAIN),
        (False, True, False, Act.SAY_AGAIN),
    ],
)
def test_a_lost_link_is_over_where_another_one_has_ended_since_it_began(
    known: bool | None, heard: bool, other_active: bool, done: Act
) -> None:
    given = {"known": known, "heard": heard, "other_active": other_active}
    assert act(**given, ended_since=True) is done
