"""Classes from the command line: made, listed, enrolled in, their results taken, put away."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.accounts import passwords, users
from app.questions.variant import variant
from app.storage.database import reading, writing
from app.study import practice
from app.study.library import open_library
from app.study.practice import Entry
from app.teaching import classes, membership, roster
from app.teaching.membership import Member
from tests.commands.conftest import NOW, Run, lines

ROSTER = "姓名,学号,邮箱\n张三,2026001,zhang@example.org\nLi Si,2026002,\n"


@pytest.fixture
def code(run: Run) -> str:
    return run("add-class", "一班", "--owner", "ann").stdout.strip()


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, encoding="utf-8")
    return path


def inside(database: Engine, code: str) -> list[Member]:
    with reading(database) as connection:
        classroom = classes.of_code(connection, code)
        assert classroom
        return membership.members_of(connection, classroom.id)


def test_a_class_is_made_and_listed(run: Run, database: Engine, code: str) -> None:
    made = run("add-class", "  Second \x1b class ", "--owner", "Ben")
    assert made.stdout.strip() != code and "Second class" in made.stderr
    with writing(database) as connection:
        student = users.register(connection, "Carl", None, "a hash", NOW)
        membership.join(connection, code, student.id, NOW)
    second = [made.stdout.strip(), "Second class", "Ben", "0", "0", ""]
    assert lines(run("classes")) == [second, [code, "一班", "Ann", "1", "0", ""]]
    assert lines(run("classes", "--owner", "Ben")) == [second]
    assert "1 classes." in run("classes", "--owner", "Ben").stderr


def test_who_or_what_cannot_be_is_named(run: Run, code: str) -> None:
    assert "no instructor 'Carl'" in run("add-class", "x", "--owner", "Carl", code=1).stderr
    assert "Give the class a name" in run("add-class", " ", "--owner", "Ann", code=1).stderr
    for arguments in (("enrol", "NONE22", "-"), ("results", "NONE22", "x.csv"), ("archive-class", "NONE22")):
        assert "no class with the code 'NONE22'" in run(*arguments, typed=b"Carl", code=1).stderr
    assert "in .csv or .xlsx" in run("results", code, "x.ods", code=1).stderr
    assert "No such file" in run("enrol", code, "nowhere.csv", code=1).stderr
    assert "No such file" in run("results", code, "/dev/nowhere/x.csv", code=1).stderr


def test_new_students_get_passwords_and_known_ones_invitations(
    run: Run, database: Engine, code: str, listed: Path
) -> None:
    with writing(database) as connection:
        users.register(connection, "Carl", "carl@example.org", "a hash", NOW)
    listed.write_text(ROSTER + "Carl,7,\n", encoding="utf-8")
    enrolled = run("enrol", code.lower(), str(listed))
    assert "2 new accounts, 1 invited, 0 already there." in enrolled.stderr
    heading, *made = csv.reader(io.StringIO(enrolled.stdout.removeprefix("\ufeff")))
    assert heading == ["Name", "Number", "E-mail", "Password"]
    assert [row[:3] for row in made] == [["张三", "2026001", "zhang@example.org"], ["Li Si", "2026002", ""]]
    with reading(database) as connection:
        for name, _, _, password in made:
            user = users.by_login(connection, name)
            assert user and user.role == "student" and passwords.matches(password, user.password_hash)
            assert password not in enrolled.stderr
    states = {member.name: (member.state, member.number, member.made) for member in inside(database, code)}
    assert states == {
        "张三": ("joined", "2026001", True),
        "Li Si": ("joined", "2026002", True),
        "Carl": ("invited", "7", False),
    }
    again = run("enrol", code, str(listed))
    assert "0 new accounts, 0 invited, 3 already there." in again.stderr and not again.stdout


def test_a_list_may_come_by_standard_input_as_excel_writes_it(run: Run, database: Engine, code: str) -> None:
    run("enrol", code, "-", typed=ROSTER.encode("gb18030"))
    assert {member.name for member in inside(database, code)} == {"张三", "Li Si"}


def test_every_problem_of_a_list_is_told_with_its_line_and_nobody_is_enrolled(
    run: Run, database: Engine, code: str, listed: Path
) -> None:
    listed.write_text(ROSTER + "<b>,1,\n\nAnn,2,\n张三,3,\nEve,4,no address\n", encoding="utf-8")
    said = run("enrol", code, str(listed), code=1).stderr
    for at, sentence in (
        (4, "<b>: A name begins"),
        (6, "Ann: This is your own"),
        (7, "张三: The same name"),
        (8, "Eve: "),
    ):
        assert f"roster.csv:{at}: {sentence}" in said, said
    assert "Nobody was enrolled." in said and inside(database, code) == []
    with reading(database) as connection:
        assert users.by_login(connection, "张三") is None
    listed.write_bytes(b"PK\x03\x04 a workbook")
    assert "save it as CSV" in run("enrol", code, str(listed), code=1).stderr


def test_a_failure_halfway_leaves_no_account_behind(
    run: Run, database: Engine, code: str, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(database) as connection:
        ben = users.by_login(connection, "Ben")
        assert ben
    planned = roster.planned

    def taken_meanwhile(*arguments: object) -> list[roster.Entry]:
        monkeypatch.setattr(roster, "planned", taken_on)
        return planned(*arguments)  # type: ignore[arg-type]

    def taken_on(*arguments: object) -> list[roster.Entry]:
        found = planned(*arguments)  # type: ignore[arg-type]
        users.register(arguments[0], "Li Si", None, "a hash", NOW)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(roster, "planned", taken_meanwhile)
    assert "taken" in run("enrol", code, str(listed), code=1).stderr
    assert inside(database, code) == []
    with reading(database) as connection:
        assert users.by_login(connection, "张三") is None


def test_results_leave_as_csv_and_as_a_workbook(
    run: Run, database: Engine, code: str, listed: Path, folder: Path, tmp_path: Path
) -> None:
    run("enrol", code, str(listed))
    library = open_library(database, folder)
    (asked,) = library.bank.listed
    shown = variant(asked)
    with writing(database) as connection:
        user = users.by_login(connection, "张三")
        assert user
        entry = Entry(user.learner_id, library.revision_id(asked), shown, "s", NOW)
        practice.answer(connection, entry, {"total": str(shown.answers["total"].value)})
    done = run("results", code, str(tmp_path / "r.csv"))
    assert "2 students and 1 questions" in done.stderr and not done.stdout
    heading, first, second = csv.reader((tmp_path / "r.csv").read_text("utf-8-sig").splitlines())
    assert heading[:2] == ["Name", "Number"] and heading[-1] == "Parameters of network 1"
    assert (first[0], second[0]) == ("张三", "Li Si") and float(first[-1]) > 0 and second[-1] == ""
    run("results", code, str(tmp_path / "r.xlsx"), "--language", "zh")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as book:
        assert "第 1 个网络的参数量" in book.read("xl/sharedStrings.xml").decode()
        assert len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]) == 2


def test_an_archived_class_takes_nobody_until_it_is_taken_out_again(
    run: Run, database: Engine, code: str, tmp_path: Path
) -> None:
    assert "一班 is archived" in run("archive-class", code).stderr
    assert [row[-1] for row in lines(run("classes"))] == ["archived"]
    run("results", code, str(tmp_path / "r.csv"))
    assert "in use again" in run("archive-class", code, "--undo").stderr
    assert [row[-1] for row in lines(run("classes"))] == [""]
