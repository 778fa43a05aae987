"""Directory files: what is read from them, and what is said of what is wrong."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.events.directory import BureauRecord, ClientRecord
from koppla import demo_data
from koppla.directory_lines import LARGEST, Line, read

CLIENT = {"tenant_id": "100001", "org_number": "556469-6291", "name": "Åkeri AB", "city": "Växjö"}
ADMIN = {"user_id": "u-1", "name": "Åsa Öberg", "email": "asa@akeri.example", "locale": "sv"}
BUREAU = {"bureau_id": "b-1", "org_number": "556036-0793", "name": "Byrån AB"}
HEADER = "tenant_id,org_number,name,city,system_admins"


def client(tenant_id: str, **more: Any) -> dict[str, Any]:
    return {**CLIENT, "tenant_id": tenant_id, **more}


def jsonl(folder: Path, *lines: object) -> list[Line]:
    """What is read from lines of JSON; text and bytes go in as they are."""
    raw = [
        line
        if isinstance(line, bytes)
        else (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode()
        for line in lines
    ]
    path = folder / "clients.jsonl"
    path.write_bytes(b"\n".join(raw))
    return list(read(path, ClientRecord))


def csv_file(folder: Path, content: str | bytes, kind: Any = ClientRecord) -> list[Line]:
    path = folder / "clients.CSV"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(path, kind))


def values(lines: list[Line]) -> list[dict[str, Any]]:
    assert not [line for line in lines if line.wrong]
    return [json.loads(line.value or "") for line in lines]


def wrong(lines: list[Line]) -> list[str]:
    return [what for line in lines for what in line.wrong]


def test_json_lines_are_records(tmp_path: Path) -> None:
    lines = jsonl(tmp_path, {**CLIENT, "system_admins": [ADMIN]}, client("2"))
    assert [(line.number, line.key) for line in lines] == [(1, "100001"), (2, "2")]
    assert values(lines)[0] == {**CLIENT, "system_admins": [ADMIN]}
    assert "Åkeri" in (lines[0].value or "")


def test_every_demo_record_is_right(tmp_path: Path) -> None:
    clients, bureaus = demo_data.write(tmp_path, 2000, 200, seed=11)
    assert len(values(list(read(clients, ClientRecord)))) == 2000
    assert len(values(list(read(bureaus, BureauRecord)))) == 200


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "record: not JSON: Expecting property name enclosed in double quotes (column 2)"),
        ("tenant_id,name", "record: not JSON: Expecting value (column 1)"),
        ('{"tenant_id": "1"} {}', "record: not JSON: Extra data (column 20)"),
        ("[]", "record: not a JSON object"),
        ('"text"', "record: not a JSON object"),
        ("null", "record: not a JSON object"),
        ("[" * 100_000, "record: not JSON that can be read"),
        ("9" * 5000, "record: not JSON that can be read"),
        (b'{"name": "V\xe4xj\xf6"}', "record: not UTF-8 (byte 12)"),
        ('{"tenant_id": "1", "tenant_id": "2"}', "tenant_id: stands twice"),
        (client("1 2"), "tenant_id: must be 1 to 12 digits"),
        (client("1", org_number="556469-6292"), "org_number: the check digit is wrong"),
        (client("1", name=""), "name: String should have at least 1 character"),
        (client("1", name=None), "name: Input should be a valid string"),
        (client("1", city="V\x00"), "city: must not hold control characters or line breaks"),
        (client("1", system_admins="u-1"), "system_admins: Input should be a valid tuple"),
        (client("1", system_admins=[ADMIN, ADMIN]), "system_admins: must name each user_id once"),
        (
            client("1", system_admins=[ADMIN, {**ADMIN, "user_id": "2", "email": "asa"}]),
            "system_admins.1.email: must be one mail address",
        ),
        (
            client("1", system_admins=[{**ADMIN, "locale": "de"}]),
            "system_admins.0.locale: Input should be 'sv' or 'en'",
        ),
    ],
)
def test_a_bad_json_line_is_named_by_line_and_field(
    tmp_path: Path, line: object, said: str
) -> None:
    lines = jsonl(tmp_path, client("8"), line, client("9"))
    assert wrong(lines) == [f"line 2: {said}"]
    assert [one.key for one in lines] == ["8", None, "9"]


def test_a_lone_surrogate_is_named_by_its_field(tmp_path: Path) -> None:
    lines = jsonl(tmp_path, '{"tenant_id": "1", "org_number": "556469-6291", "name": "\\ud800"}')
    assert wrong(lines)[0].startswith("line 1: name: Input should be a valid string")


def test_all_that_is_wrong_is_said_and_no_value_is_quoted(tmp_path: Path) -> None:
    lines = jsonl(tmp_path, {"tenant_id": "hemligt", "name": "", "system_admins": [{}]}, "x")
    assert [told.split(": ")[:2] for told in wrong(lines)] == [
        ["line 1", "tenant_id"],
        ["line 1", "org_number"],
        ["line 1", "name"],
        ["line 1", "system_admins.0.user_id"],
        ["line 1", "system_admins.0.name"],
        ["line 1", "system_admins.0.email"],
        ["line 2", "record"],
    ]
    assert "hemligt" not in str(wrong(lines))


def test_byte_order_mark_carriage_returns_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "clients.jsonl"
    one, two = (json.dumps(client(number)) for number in "12")
    path.write_bytes(f"\ufeff{one}\r\n\r\n   \n{two}\r\nx\r\n".encode())
    lines = list(read(path, ClientRecord))
    assert [line.key for line in lines] == ["1", "2", None]
    assert wrong(lines) == ["line 5: record: not JSON: Expecting value (column 1)"]


@pytest.mark.parametrize("content", [b"", b"\n\n", "\ufeff".encode(), "\ufeff\n".encode()])
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_an_empty_file_has_no_lines(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"clients.{suffix}"
    path.write_bytes(content)
    assert list(read(path, ClientRecord)) == []


def test_a_key_that_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    lines = jsonl(tmp_path, client("7"), client("8"), client("7"), client("7"))
    assert wrong(lines) == [
        "line 3: tenant_id: 7 stands on line 1 already",
        "line 4: tenant_id: 7 stands on line 1 already",
    ]


def test_a_bad_line_takes_no_key(tmp_path: Path) -> None:
    assert wrong(jsonl(tmp_path, client("7", name=""), client("7"))) == [
        "line 1: name: String should have at least 1 character"
    ]


def test_unknown_fields_are_left_out_and_told(tmp_path: Path) -> None:
    (line,) = jsonl(tmp_path, client("1", country="SE", systemadmins=[ADMIN]))
    assert line.unknown == ("country", "systemadmins")
    assert values([line])[0] == {**client("1"), "system_admins": []}
    (line,) = csv_file(tmp_path, "tenant_id,org_number,name,country\n1,5564696291,A,SE\n")
    assert line.unknown == ("country",)


def test_a_record_that_is_too_large_for_the_broker_is_named(tmp_path: Path) -> None:
    users = [
        {**ADMIN, "user_id": f"u-{n}", "name": "Å" * 100, "role": "consultant"} for n in range(5000)
    ]
    path = tmp_path / "bureaus.jsonl"
    path.write_text(json.dumps({**BUREAU, "users": users}))
    assert wrong(list(read(path, BureauRecord))) == [
        f"line 1: record: is larger than {LARGEST} bytes"
    ]


def test_csv_rows_are_the_records_that_json_lines_are(tmp_path: Path) -> None:
    clients, bureaus = demo_data.write(tmp_path, 300, 40, seed=5)
    for path, kind in ((clients, ClientRecord), (bureaus, BureauRecord)):
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        written = io.StringIO()
        table = csv.DictWriter(written, fieldnames=list(records[0]))
        table.writeheader()
        for record in records:
            table.writerow(
                {
                    name: value if isinstance(value, str) else json.dumps(value)
                    for name, value in record.items()
                    if value is not None
                }
            )
        lines = csv_file(tmp_path, written.getvalue(), kind)
        assert [line.value for line in lines] == [line.value for line in read(path, kind)]
        assert values(lines) == records


def test_csv_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    lines = csv_file(
        tmp_path,
        "\ufefftenant_id, org_number ,name,city,system_admins\r\n"
        '1,5564696291,"Sjöberg, Öhman & ""Co"" AB",Ängelholm,\r\n'
        ",,,,\r\n"
        "\r\n"
        '2,556469-6291,Åkeri,,"[{""user_id"":""u"",""name"":""Åsa"",""email"":""a@b.se""}]"\r\n',
    )
    one, two = values(lines)
    assert [line.number for line in lines] == [2, 5]
    assert one["name"] == 'Sjöberg, Öhman & "Co" AB'
    assert one["system_admins"] == []
    assert two["city"] == ""
    assert two["system_admins"] == [
        {"user_id": "u", "name": "Åsa", "email": "a@b.se", "locale": "sv"}
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(tmp_path: Path, end: str) -> None:
    rows = [HEADER, "1,5564696291,Å,,", "2,5564696291,,,", "3,5564696291,Ö,,"]
    lines = csv_file(tmp_path, end.join(rows))
    assert [line.key for line in lines] == ["1", None, "3"]
    assert wrong(lines) == ["line 3: name: Field required"]


def test_an_empty_cell_is_no_field(tmp_path: Path) -> None:
    header = "bureau_id,org_number,name,group,multi_company_setup,entry_points,users"
    (bureau,) = values(csv_file(tmp_path, f"{header}\nb-1,5560360793,Byrån AB,,,,\n", BureauRecord))
    assert bureau == BureauRecord.model_validate(BUREAU).model_dump(mode="json")


@pytest.mark.parametrize(
    ("cell", "truth"),
    [("true", True), ("false", False), ("TRUE", True), ("False", False), (" true ", True)],
)
def test_truths_are_true_and_false(tmp_path: Path, cell: str, truth: bool) -> None:
    text = f"bureau_id,org_number,name,multi_company_setup\nb-1,5560360793,Byrån,{cell}\n"
    assert values(csv_file(tmp_path, text, BureauRecord))[0]["multi_company_setup"] is truth


@pytest.mark.parametrize("cell", ["yes", "1", "sant", "0", "tru"])
def test_what_is_neither_true_nor_false_is_named(tmp_path: Path, cell: str) -> None:
    text = f"bureau_id,org_number,name,multi_company_setup\nb-1,5560360793,Byrån,{cell}\n"
    assert wrong(csv_file(tmp_path, text, BureauRecord)) == [
        "line 2: multi_company_setup: must be true or false"
    ]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("u-1", "system_admins: not JSON: Expecting value (column 1)"),
        ("{}", "system_admins: not a list in JSON"),
        ("7", "system_admins: not a list in JSON"),
        ("[" * 5000, "system_admins: not JSON that can be read"),
        ('"[{""user_id"":""u"",""user_id"":""v""}]"', "system_admins: user_id: stands twice"),
        (
            '"[{""user_id"":""u"",""name"":""Å"",""email"":""å""}]"',
            "system_admins.0.email: must be one mail address",
        ),
    ],
)
def test_a_list_that_is_no_json_is_named(tmp_path: Path, cell: str, said: str) -> None:
    text = f"{HEADER}\n1,5564696291,A,,{cell}\n2,5564696291,B,,[]\n"
    lines = csv_file(tmp_path, text)
    assert wrong(lines) == [f"line 2: {said}"]
    assert [line.key for line in lines] == [None, "2"]


def test_a_bad_csv_cell_is_named_by_the_line_its_record_begins_on(tmp_path: Path) -> None:
    lines = csv_file(
        tmp_path,
        f"{HEADER}\n"
        '1,5564696291,"Rad ett\nrad två",Växjö,\n'
        "\n"
        "2,556469-6292,B,Lund,\n"
        "3,5564696291,C,,\n",
    )
    assert wrong(lines) == [
        "line 2: name: must not hold control characters or line breaks",
        "line 5: org_number: the check digit is wrong",
    ]
    assert lines[-1].number == 6
    assert lines[-1].key == "3"


def test_line_breaks_in_a_list_do_no_harm(tmp_path: Path) -> None:
    cell = json.dumps([ADMIN], indent=2).replace('"', '""')
    lines = csv_file(tmp_path, f'{HEADER}\n1,5564696291,A,,"{cell}"\n2,5564696291,,,\n')
    assert lines[0].key == "1"
    assert wrong(lines) == ["line 10: name: Field required"]


@pytest.mark.parametrize("place", ["name", "city", "country"])
def test_a_byte_that_is_not_utf8_is_named_by_line_and_column(tmp_path: Path, place: str) -> None:
    # Latin-1 from an old export: replaced characters would be published as names.
    names = ["tenant_id", "org_number", "name", "city", "country"]
    cells = {"tenant_id": "2", "org_number": "5564696291", "name": "B", place: "V\xe4xj\xf6"}
    rows = [
        ",".join(names).encode(),
        "1,5564696291,Växjö,Växjö,SE".encode(),
        ",".join(cells.get(name, "") for name in names).encode("latin-1"),
        "3,5564696291,Växjö,Växjö,SE".encode(),
    ]
    lines = csv_file(tmp_path, b"\n".join(rows))
    assert wrong(lines) == [f"line 3: {place}: not UTF-8"]
    assert [line.key for line in lines] == ["1", None, "3"]
    assert values([lines[0]])[0]["city"] == "Växjö"


def test_a_file_in_utf16_is_named_by_its_first_line(tmp_path: Path) -> None:
    lines = csv_file(tmp_path, f"{HEADER}\n1,5564696291,A,,\n".encode("utf-16"))
    assert wrong(lines)[0] == "line 1: column 1: its name is not plain UTF-8"


def test_another_number_of_cells_is_named(tmp_path: Path) -> None:
    text = f"{HEADER}\n1,5564696291,A\n2,5564696291,A,,,\n3,5564696291,C,,\n"
    assert wrong(csv_file(tmp_path, text)) == [
        "line 2: record: has 3 fields, and the first line has 5",
        "line 3: record: has 6 fields, and the first line has 5",
    ]


def test_missing_columns_are_named_once(tmp_path: Path) -> None:
    lines = csv_file(tmp_path, "tenant_id,city\n1,Växjö\n2,Lund\n")
    assert wrong(lines) == [
        "line 1: org_number: the column is missing",
        "line 1: name: the column is missing",
    ]


def test_a_column_that_stands_twice_is_named(tmp_path: Path) -> None:
    lines = csv_file(tmp_path, "tenant_id,org_number,name,name\n1,5564696291,A,B\n")
    assert wrong(lines) == ["line 1: name: stands twice"]


def test_columns_that_may_be_absent_may_be_absent(tmp_path: Path) -> None:
    lines = csv_file(tmp_path, "name,tenant_id,org_number\nÅ,1,5564696291\n")
    assert values(lines) == [
        {
            "tenant_id": "1",
            "org_number": "556469-6291",
            "name": "Å",
            "city": "",
            "system_admins": [],
        }
    ]


def test_after_a_stray_quote_the_other_lines_are_read(tmp_path: Path) -> None:
    text = (
        f"{HEADER}\n"
        '1,5564696291,"A" B,,\n'  # line 2: text after a closing quote
        "2,5564696291,C,,\n"
        '3,5564696291,"D,,\n'  # line 4: nobody closes it before line 5 opens another
        '4,5564696291,"E",,\n'
        "5,5564696291,,,\n"
        "6,5564696291,F,,\n"
    )
    lines = csv_file(tmp_path, text)
    assert wrong(lines) == [
        "line 2: record: not CSV: ',' expected after '\"'",
        "line 4: record: not CSV: ',' expected after '\"' (up to line 5)",
        "line 6: name: Field required",
    ]
    assert [line.key for line in lines if line.key] == ["2", "6"]


def test_a_quote_that_is_never_closed_is_named(tmp_path: Path) -> None:
    lines = csv_file(tmp_path, f'{HEADER}\n1,5564696291,A,,\n2,5564696291,"B,,\n3,5564696291,C,,')
    assert wrong(lines) == ["line 3: record: not CSV: unexpected end of data (up to line 4)"]


def test_a_large_list_is_read(tmp_path: Path) -> None:
    users = [
        {"user_id": f"u-{n}", "name": "Åsa", "email": f"u{n}@b.example", "role": "consultant"}
        for n in range(3000)
    ]
    cell = json.dumps(users).replace('"', '""')
    text = f'bureau_id,org_number,name,users\nb-1,5560360793,Byrån,"{cell}"\n'
    assert len(values(csv_file(tmp_path, text, BureauRecord))[0]["users"]) == 3000


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    for name in ("none.csv", "none.jsonl"):
        with pytest.raises(FileNotFoundError):
            list(read(tmp_path / name, ClientRecord))
