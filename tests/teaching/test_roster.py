"""Rosters: lists as spreadsheets write them, and what comes of each line."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from app.accounts import users
from app.errors import Conflict, Invalid
from app.storage.database import reading, writing
from app.storage.tables import members
from app.storage.tables import users as accounts
from app.teaching import classes, membership, pasted, roster
from app.teaching.classes import Classroom
from app.teaching.pasted import Line, decoded, lines
from app.teaching.roster import Entry

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ZHANG = Line(2, "张三", "zhang@example.org", "2026001")


def written(rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


# --- reading a list


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，", "；"])
@pytest.mark.parametrize(
    "heading", [["姓名", "学号", "邮箱"], ["Name", "Student ID", "E-mail"], ["名字", "Number", "email"]]
)
def test_columns_are_found_by_their_heading_in_any_order(heading: list[str], delimiter: str) -> None:
    row = ["张三", "2026001", "zhang@example.org"]
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        rows = [[each[i] for i in order] + [""] for each in (heading, row)]
        assert lines(written(rows, delimiter)) == [ZHANG]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("张三\n\n  李四  \n", [Line(1, "张三"), Line(3, "李四")]),
        ("张三,2026001", [Line(1, "张三", "", "2026001")]),
        ("2026001\t张三\tzhang@example.org", [Line(1, "张三", "zhang@example.org", "2026001")]),
        ("1,2026001,张三", [Line(1, "张三", "", "2026001")]),
        ("zhang3;a@b.c", [Line(1, "zhang3", "a@b.c", "")]),
        ('"张三","2026001"\r\n"李\n四",', [Line(1, "张三", "", "2026001"), Line(2, "李\n四")]),
        ("\ufeff姓名\n张三", [Line(2, "张三")]),
        ("序号,姓名,班级\n1,张三,一班", [Line(2, "张三")]),
        ("姓名,学号\n张三", [Line(2, "张三")]),
        ("Mary Ann\nO Neil", [Line(1, "Mary Ann"), Line(2, "O Neil")]),
    ],
)
def test_lists_as_they_are_pasted(typed: str, expected: list[Line]) -> None:
    assert lines(typed) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_files_of_every_encoding_a_spreadsheet_writes(encoding: str) -> None:
    listed = "姓名,学号,邮箱\r\n张三,2026001,zhang@example.org\r\n㐀𠮷·买买提,,\r\n"
    assert lines(decoded(listed.encode(encoding))) == [ZHANG, Line(3, "㐀𠮷·买买提")]


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1", b"\x89PNG\r\n\x1a\n\x00", b"%PDF-1.7\n%\xff\xff\xff", b"\xff"],
)
def test_files_that_are_no_text(data: bytes) -> None:
    with pytest.raises(Invalid) as raised:
        decoded(data)
    assert raised.value.field == "file"


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        lines(decoded(data))
    except Invalid as refused:
        assert refused.message.zh and refused.message.en


@given(st.text(max_size=200))
def test_any_paste_is_read_or_refused(typed: str) -> None:
    try:
        assert 0 < len(lines(typed)) <= pasted.MOST_LINES
    except Invalid as refused:
        assert refused.message.zh and refused.message.en


NAMES = st.text(st.sampled_from("张三李四abc ·"), min_size=1, max_size=8).filter(
    lambda name: name.strip() and name.strip().casefold() not in ("no", "id")
)


@given(
    st.lists(st.tuples(NAMES, st.from_regex(r"[0-9]{1,9}", fullmatch=True)), min_size=1, max_size=9),
    st.sampled_from(",;\t"),
)
def test_what_a_spreadsheet_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    table = [["姓名", "学号", ""], *([name, number, ""] for name, number in rows), ["", "", ""]]
    assert [(line.name, line.number) for line in lines(written(table, delimiter))] == [
        (name.strip(), number) for name, number in rows
    ]


def test_a_thousand_lines_and_no_more() -> None:
    names = [f"student {i}" for i in range(1001)]
    assert len(lines("\n".join(["name", *names[:1000]]))) == 1000
    with pytest.raises(Invalid, match="1000"):
        lines("\n".join(names))


# --- what comes of a list


@pytest.fixture
def classroom(engine: Engine) -> Classroom:
    with writing(engine) as connection:
        teacher = users.register(connection, "Teacher", "t@example.org", "hash", NOW, "instructor")
        return classes.create(connection, teacher.id, "一班", NOW)


Planned = Callable[[str], list[Entry]]


def planned(connection: Connection, classroom: Classroom, typed: str) -> list[Entry]:
    return roster.planned(connection, users, lines(typed), classroom.id, classroom.owner_id)


def test_each_line_is_new_invited_known_or_a_problem(engine: Engine, classroom: Classroom) -> None:
    with writing(engine) as connection:
        ann = users.register(connection, "Ann", "ann@example.org", "hash", NOW)
        bob = users.register(connection, "Bob", None, "hash", NOW)
        cid = users.register(connection, "Cid", None, "hash", NOW)
        membership.add(connection, classroom.id, bob.id, "joined", NOW)
        membership.add(connection, classroom.id, cid.id, "invited", NOW)
        typed = "name,email,number\nＡＮＮ,,\nbob,,7\nCid,,\nDee,D@Example.org,8\nEve,nowhere,\nx,t@example.org,\n"
        entries = planned(connection, classroom, typed)
    assert [(e.at, e.outcome) for e in entries] == [
        (2, "invite"), (3, "known"), (4, "known"), (5, "new"), (6, "problem"), (7, "problem"),
    ]  # fmt: skip
    assert entries[0].user_id == ann.id and entries[0].name == "ANN"
    assert (entries[3].name, entries[3].email, entries[3].number) == ("Dee", "d@example.org", "8")


def test_an_account_is_known_by_its_email_before_its_name(engine: Engine, classroom: Classroom) -> None:
    with writing(engine) as connection:
        ann = users.register(connection, "Ann", "ann@example.org", "hash", NOW)
        users.register(connection, "Bob", "bob@example.org", "hash", NOW)
        (entry,) = planned(connection, classroom, "Bob,ann@example.org")
        assert (entry.outcome, entry.user_id) == ("invite", ann.id)
        (entry,) = planned(connection, classroom, "Bob,other@example.org")
        assert entry.outcome == "problem" and entry.problem == roster.ANOTHERS_NAME
        same = planned(connection, classroom, "name,email\nBob,ann@example.org\nAnn,")
        assert [e.outcome for e in same] == ["invite", "problem"]  # one account twice


def count(engine: Engine) -> tuple[int, int]:
    with reading(engine) as connection:
        return tuple(  # type: ignore[return-value]
            connection.scalar(select(func.count()).select_from(table)) for table in (accounts, members)
        )


def test_enrolling_makes_accounts_and_invites(engine: Engine, classroom: Classroom) -> None:
    with writing(engine) as connection:
        ann = users.register(connection, "Ann", None, "hash", NOW)
        entries = planned(connection, classroom, "Ann\nDee,8\nEve,9")
        roster.enrol(connection, users, entries, {2: "hash d", 3: "hash e"}, classroom.id, NOW)
        rows = connection.execute(
            select(
                accounts.c.name, accounts.c.password_hash, members.c.state, members.c.number, members.c.made
            )
            .join_from(members, accounts)
            .order_by(accounts.c.id)
        ).all()
    assert rows == [
        ("Ann", "hash", "invited", None, False),
        ("Dee", "hash d", "joined", "8", True),
        ("Eve", "hash e", "joined", "9", True),
    ]
    with reading(engine) as connection:
        assert {e.outcome for e in planned(connection, classroom, "Ann\nDee\nEve")} == {"known"}
        with pytest.raises(Exception, match="password"):
            membership.resettable(connection, classroom.id, ann.id)


def test_a_list_with_a_problem_or_without_a_hash_does_nothing(engine: Engine, classroom: Classroom) -> None:
    before = count(engine)
    for typed, hashes in (("Dee\nEve", {1: "hash"}), ("Dee\n<b>", {1: "hash"})):
        with pytest.raises(Conflict), writing(engine) as connection:
            roster.enrol(connection, users, planned(connection, classroom, typed), hashes, classroom.id, NOW)
        assert count(engine) == before


def test_a_name_taken_since_the_preview_undoes_all(engine: Engine, classroom: Classroom) -> None:
    with reading(engine) as connection:
        entries = planned(connection, classroom, "Dee\nEve")
    with writing(engine) as connection:
        users.register(connection, "Eve", None, "hash", NOW)
    before = count(engine)
    with pytest.raises(Conflict), writing(engine) as connection:
        roster.enrol(connection, users, entries, {1: "a", 2: "b"}, classroom.id, NOW)
    assert count(engine) == before


def test_a_thousand_lines_are_planned(engine: Engine, classroom: Classroom) -> None:
    typed = "name,email\n" + "\n".join(f"student {i},s{i}@example.org" for i in range(1000))
    with reading(engine) as connection:
        assert {entry.outcome for entry in planned(connection, classroom, typed)} == {"new"}
