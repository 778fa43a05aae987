"""Swedish order and caseless search."""

from linking.swedish import sort_key


def test_a_ring_a_dots_o_dots_come_last_in_that_order() -> None:
    names = ["Öl", "zebra", "Ärla", "Åkeri", "Anka", "Éclair", "ek"]
    assert sorted(names, key=sort_key) == ["Anka", "Éclair", "ek", "zebra", "Åkeri", "Ärla", "Öl"]


def test_decomposed_letters_are_the_same_letters() -> None:
    assert sort_key("A\u030akeri") == sort_key("Åkeri") == sort_key("åKERI")


def test_a_part_is_found_in_the_whole() -> None:
    assert sort_key("ÅKERI") in sort_key("Nordkust åkeri AB")
    assert sort_key("akeri") not in sort_key("Nordkust åkeri AB")
