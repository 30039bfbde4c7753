"""Questions of instructors from the command line: listed, checked, published, retired, rolled back."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.accounts import users
from app.storage import revisions
from app.storage.database import reading, writing
from tests.commands.conftest import NOW, Run, lines
from tests.teaching.generated import question

FAULTY = question(3).replace("result: total", "result: totals")
UNSHOWN = question(1).replace('zh: "第 1', r'zh: "$\\foo{$ 第 1')  # a formula that cannot be rendered


def draft(database: Engine, slug: str, source: str, owner: str = "Ann") -> None:
    with writing(database) as connection:
        user = users.by_login(connection, owner)
        assert user
        if revisions.question(connection, slug) is None:
            revisions.add_question(connection, slug, user.id, source, NOW)
        else:
            revisions.save_draft(connection, slug, source, NOW)


def seen(database: Engine, slug: str) -> str | None:
    with reading(database) as connection:
        return revisions.published_sources(connection, [slug]).get(slug)


def test_questions_are_listed_with_their_state_and_owner(run: Run, database: Engine) -> None:
    for slug, owner in (("one", "Ann"), ("two", "Ben"), ("three", "Ben"), ("four", "Ann")):
        draft(database, slug, question(len(slug)), owner)
    draft(database, "five", "title: [")
    run("publish", "two", "three", "four")
    run("retire", "three")
    draft(database, "four", question(5))
    listed = run("questions")
    assert sorted(lines(listed)) == [
        ["five", "", "draft", "Ann"],
        ["four", "Parameters of network 5", "published, unpublished changes", "Ann"],
        ["one", "Parameters of network 3", "draft", "Ann"],
        ["three", "", "retired", "Ben"],
        ["two", "Parameters of network 3", "published", "Ben"],
    ]
    assert "5 questions." in listed.stderr
    assert {row[0] for row in lines(run("questions", "--owner", "BEN"))} == {"two", "three"}
    assert "no instructor 'Carl'" in run("questions", "--owner", "Carl", code=1).stderr


def test_a_title_cannot_steer_the_terminal(run: Run, database: Engine) -> None:
    draft(database, "odd", question(1).replace("Parameters of network 1", "A\u202eB"))
    assert lines(run("questions")) == [["odd", "A B", "draft", "Ann"]]


def test_drafts_are_published_together_in_the_name_of_their_owner(run: Run, database: Engine) -> None:
    draft(database, "a", question(1))
    draft(database, "b", question(2), "Ben")
    published = run("publish", "a", "b", "a", "--note", "for  week 3")
    assert "200 variants" in published.stderr and "a, b." in published.stderr and not published.stdout
    assert (seen(database, "a"), seen(database, "b")) == (question(1), question(2))
    ((number, _, author, state, note),) = lines(run("history", "b"))
    assert (number, author, state, note) == ("1", "Ben", "current", "for week 3")
    assert "nothing to publish" in run("publish", "a", code=1).stderr


def test_what_is_not_well_keeps_all_from_being_published(run: Run, database: Engine) -> None:
    draft(database, "good", question(1))
    draft(database, "faulty", FAULTY)
    draft(database, "broken", "title: 1\nmarks: many\n")
    draft(database, "of-the-folder", question(4))
    draft(database, "unshown", UNSHOWN)
    refused = run("publish", "good", "faulty", "broken", "of-the-folder", "unshown", code=1).stderr
    for sentence in (
        "faulty:18: parts.1.answer.result: There is no result “totals”",
        "broken:2: marks: ",
        "broken:1: title: ",
        "of-the-folder: Another question has this address",
        "unshown: variant 199: prompt.zh: a formula",
        "Nothing was published.",
    ):
        assert sentence in refused, refused
    assert "good" not in refused and seen(database, "good") is None


def test_an_edit_during_the_check_is_not_published(
    run: Run, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft(database, "a", question(1))

    def slowly(*_: object) -> list[str]:
        draft(database, "a", question(2))
        return []

    monkeypatch.setattr("app.commands.publishing.faults", slowly)
    assert "edited meanwhile" in run("publish", "a", code=1).stderr
    assert seen(database, "a") is None


def test_versions_are_numbered_and_each_can_come_back(run: Run, database: Engine) -> None:
    for number in (1, 2):
        draft(database, "a", question(number))
        run("publish", "a", "--note", f"text {number}")
    assert "again" in run("roll-back", "a", "1", "--note", "better").stderr
    assert seen(database, "a") == question(1)
    assert "nothing to publish" in run("roll-back", "a", "1", code=1).stderr
    run("retire", "a", "--note", "over")
    assert seen(database, "a") is None and "not published now" in run("retire", "a", code=1).stderr
    found = [(number, state, note) for number, _, _, state, note in lines(run("history", "a"))]
    assert found == [("4", "retired", "over"), ("3", "", "better"), ("2", "", "text 2"), ("1", "", "text 1")]
    for number in ("4", "5"):
        assert f"no version {number}" in run("roll-back", "a", number, code=1).stderr
    run("roll-back", "a", "2")
    assert seen(database, "a") == question(2)


def test_the_question_of_one_who_left_can_be_retired(run: Run, database: Engine) -> None:
    draft(database, "a", question(1), "Ben")
    run("publish", "a")
    with writing(database) as connection:
        ben = users.by_login(connection, "Ben")
        assert ben
        users.remove(connection, ben)
    run("retire", "a")
    assert seen(database, "a") is None
    assert [row[2] for row in lines(run("history", "a"))] == ["", ""]
    assert [row[3] for row in lines(run("questions"))] == [""]


def test_a_question_nobody_has_is_named(run: Run) -> None:
    for arguments in (
        ("publish", "none"),
        ("retire", "none"),
        ("history", "none"),
        ("roll-back", "none", "1"),
    ):
        assert "no instructor has a question 'none'" in run(*arguments, code=1).stderr


def test_check_takes_folders_files_and_slugs(run: Run, database: Engine, tmp_path: Path) -> None:
    draft(database, "mine", question(2))
    file = tmp_path / "alone.yaml"
    file.write_text("number: 9\n" + question(3), encoding="utf-8")
    assert "1 questions and drills are in order, 1 of them over 5" in run("check", "--variants", "5").stderr
    checked = run("check", str(tmp_path / "questions"), str(file), "mine", "--variants", "5")
    assert "3 questions and drills are in order, 3 of them" in checked.stderr
    drills = Path(__file__).parents[2] / "questions" / "drills" / "softmax.yaml"
    assert "3 questions and drills" in run("check", str(drills), "--variants", "2").stderr


def test_check_lists_the_problems_of_all_that_is_named(run: Run, database: Engine, tmp_path: Path) -> None:
    draft(database, "faulty", FAULTY)
    draft(database, "unshown", UNSHOWN)
    (tmp_path / "latin.yaml").write_bytes(question(1).encode().replace(b"Parameters of", b"Param\xe9tres of"))
    (tmp_path / "questions" / "bad.yaml").write_text("title: 1\n")
    named = ("faulty", "unshown", str(tmp_path / "latin.yaml"), str(tmp_path / "questions"))
    said = run("check", *named, code=1).stderr
    for problem in (
        "faulty:18: ",
        "unshown: variant 199: prompt.zh: a formula",
        "latin.yaml:1: This is not UTF-8",
        "bad.yaml:1: title",
    ):
        assert problem in said, said
    assert "nowhere.yaml: No such file" in run("check", "nowhere.yaml", code=1).stderr
    assert "no folder 'nowhere'" in run("check", "nowhere", code=1).stderr
