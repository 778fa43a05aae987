"""Headers of CloudEvents in Kafka's binary mode."""

import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Envelope, EnvelopeError, uuid7

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)
words = st.text(
    st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=80
)  # å ä ö among them
traceparents = st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", fullmatch=True)
envelopes = st.builds(Envelope, st.uuids(), words, words, times, st.none() | traceparents)

GOOD = Envelope(
    UUID("0193a5d2-1c04-7a04-8c4d-5e6f708192a3"),
    "LinkRequested",
    "linking",
    datetime(2026, 3, 27, 9, 15, 30, 250000, UTC),
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)


def with_header(name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    """The good headers with one replaced."""
    return [*((n, v) for n, v in GOOD.headers() if n != name), (name, value)]


def without_header(name: str) -> list[tuple[str, bytes | None]]:
    return [(n, v) for n, v in GOOD.headers() if n != name]


def test_the_headers_are_those_of_binary_mode() -> None:
    assert GOOD.headers() == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"0193a5d2-1c04-7a04-8c4d-5e6f708192a3"),
        ("ce_type", b"LinkRequested"),
        ("ce_source", b"linking"),
        ("ce_time", b"2026-03-27T09:15:30.250000Z"),
        ("content-type", b"application/json"),
        ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ]


@given(envelopes)
def test_what_is_written_is_what_is_read(envelope: Envelope) -> None:
    read = Envelope.of(envelope.headers())
    assert read == envelope
    assert read.time.tzinfo is UTC
    assert read.headers() == envelope.headers()


@given(envelopes)
def test_order_and_unknown_headers_do_not_matter(envelope: Envelope) -> None:
    headers = [*envelope.headers(), ("ce_subject", b"x"), ("", b""), ("ce_later", b"\xff")]
    assert Envelope.of(reversed(headers)) == envelope


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"])
def test_a_header_that_is_missing_empty_or_no_text_is_named(name: str) -> None:
    for headers in (
        without_header(name),
        with_header(name, None),
        with_header(name, b""),
        with_header(name, b"\xff\xfe"),
    ):
        with pytest.raises(EnvelopeError, match=f"^header {name} is missing$"):
            Envelope.of(headers)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ce_specversion", b"0.3", "is not 1.0"),
        ("ce_id", b"42", "is not a UUID"),
        ("ce_id", "å".encode() * 32, "is not a UUID"),
        ("ce_time", b"yesterday", "is not an RFC 3339 time"),
        ("ce_time", b"1700000000", "is not an RFC 3339 time"),
        ("ce_time", b"2026-13-01T00:00:00Z", "is not an RFC 3339 time"),
        ("ce_time", b"2026-03-27T09:15:30", "has no time zone"),
        ("ce_time", b"2026-03-27", "has no time zone"),
        ("ce_time", b"0001-01-01T00:00:00+01:00", "is in no year from 1 to 9999"),
        ("ce_time", b"9999-12-31T23:59:59-01:00", "is in no year from 1 to 9999"),
        ("ce_type", b"Link\x00Requested", "holds control characters"),
        ("ce_type", "Link\u2028Requested".encode(), "holds control characters"),
        ("ce_source", b"linking\n", "holds control characters"),
    ],
)
def test_a_broken_header_is_named_with_the_reason(name: str, value: bytes, why: str) -> None:
    with pytest.raises(EnvelopeError, match=f"^header {name} {why}$"):
        Envelope.of(with_header(name, value))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([name for name, _ in GOOD.headers()]) | st.text(),
            st.none()
            | st.binary()
            | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
            | st.sampled_from([value for _, value in GOOD.headers()]),
        )
    )
)
def test_any_headers_are_an_envelope_or_an_envelope_error(
    headers: list[tuple[str, bytes | None]],
) -> None:
    try:
        envelope = Envelope.of([*GOOD.headers(), *headers])
    except EnvelopeError:
        return
    assert Envelope.of(envelope.headers()) == envelope


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\xff",
        b"x",
        b"00-ABC-DEF-01",
        b"00-" + b"a" * 5000,
        GOOD.headers()[6][1] + b"\n",
    ],
)
def test_a_trace_that_cannot_be_read_is_dropped_and_the_event_taken(value: bytes | None) -> None:
    assert Envelope.of(with_header("traceparent", value)).traceparent is None


def test_an_id_is_a_uuid_of_version_7() -> None:
    for _ in range(1000):
        made = uuid7()
        assert made.version == 7
        assert made.variant == "specified in RFC 4122"
        assert UUID(str(made)) == made


def test_ids_are_unique() -> None:
    assert len({uuid7() for _ in range(50_000)}) == 50_000


def test_ids_carry_the_time_and_so_sort_by_it() -> None:
    earlier = uuid7()
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after
    while time.time_ns() // 1_000_000 == after:  # the rest of a millisecond
        pass
    later = uuid7()
    assert later > made
    assert later > earlier
    assert str(later) > str(made)
