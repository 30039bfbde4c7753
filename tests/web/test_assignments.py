"""A quiz for a class in the browser: made, given, sat, watched, marked in the gradebook and exported."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import update

from app.quizzes import clock
from app.storage.database import writing
from app.storage.tables import assignments
from tests.web.conftest import Person
from tests.web.papers import RIGHT, WROTE, words

MADE = {
    "kind": "chosen", "title": "第一次小测", "slugs": ["fcn-parameter-count", "role-of-loss"], "feedback": "after",
    "attempts": "1", "pass_mark": "60", "variants": "printed",
}  # fmt: skip
Given = Callable[..., tuple[str, str]]


@pytest.fixture
def student(person: Person) -> TestClient:
    return person("Li Lei")


@pytest.fixture
def classroom(instructor: TestClient, student: TestClient) -> str:
    number = instructor.post("/teach/classes", data={"name": "一班"}).headers["location"].rsplit("/", 1)[1]
    code = re.search(r"/join/([A-Z0-9]{6})", instructor.get(f"/teach/classes/{number}").text)
    assert code and student.post(f"/join/{code[1]}").status_code == 303
    return number


@pytest.fixture
def given(instructor: TestClient, classroom: str) -> Given:
    """The addresses of the quiz for students, and of its assignment."""

    def give(opens: str = "", closes: str = "", **more: str) -> tuple[str, str]:
        at = instructor.post("/teach/quizzes/new", data=MADE | more).headers["location"]
        sent = {"class_id": classroom, "opens_at": opens, "closes_at": closes}
        made = instructor.post(f"{at}/assign", data=sent)
        assert made.status_code == 303, words(made, made.status_code)
        code = re.search(r"/quizzes/([A-Z0-9]{8})/print", instructor.get(at).text)
        assert code
        return f"/quizzes/{code[1]}", made.headers["location"].split("?")[0]

    return give


def hours(count: float) -> str:
    return clock.field(datetime.now(UTC) + timedelta(hours=count))


def sit(student: TestClient, quiz: str) -> str:
    begun = student.post(f"{quiz}/start")
    assert begun.status_code == 303
    at = begun.headers["location"].rsplit("/", 1)[0]
    for place, typed in ((1, RIGHT), (2, {"role": WROTE})):
        assert student.post(f"{at}/{place}", data={"@whole": "1", **typed}).status_code == 303
    return str(at)


def test_a_class_sits_a_quiz_and_its_instructor_sees_it(
    instructor: TestClient, student: TestClient, given: Given, headers: dict[str, str]
) -> None:
    quiz, at = given()
    assert "第一次小测" in words(student.get("/quizzes"))
    own = sit(student, quiz)
    live = words(instructor.get(at, headers=headers))
    assert "Li Lei" in live and re.search(r"2 */ *2", live)
    assert student.post(f"{own}/hand-in").status_code == 303
    book = words(instructor.get(f"{at}/gradebook", headers=headers))
    assert "4 +2 待评" in book  # the text is open, and not zero
    assert "4 / 6" in words(student.get(own)) and student.post(f"{own}/2/marks").status_code == 403
    paper = words(instructor.get(f"{at}/sittings/{own.rsplit('/', 1)[1]}"))
    assert WROTE in paper and "67" in paper


def test_the_gradebook_leaves_as_a_table_in_which_open_marks_are_no_number(
    instructor: TestClient, student: TestClient, given: Given
) -> None:
    quiz, at = given()
    student.post(f"{sit(student, quiz)}/hand-in")
    sent = instructor.get(f"{at}/results.csv")
    table = list(csv.DictReader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert [row["姓名"] for row in table] == ["Li Lei"]
    assert table[0]["得分"] == "4（待评 2）" and table[0]["满分"] == "6" and table[0]["及格"] == "及格"
    assert instructor.get(f"{at}/results.xlsx").content[:2] == b"PK"


def test_nothing_of_a_quiz_is_there_before_it_opens_nor_begun_after_it_has_closed(
    app: FastAPI, student: TestClient, given: Given
) -> None:
    quiz, _ = given(hours(1), hours(2))
    assert student.post(f"{quiz}/start").status_code == 403
    assert student.get(f"{quiz}/print").status_code == 403
    assert "损失函数" not in words(student.get(quiz))
    closed = {"opens_at": None, "closes_at": datetime.now(UTC) - timedelta(minutes=1)}
    with writing(app.state.engine) as connection:
        connection.execute(update(assignments).values(closed))
    refused = student.post(f"{quiz}/start")
    assert refused.status_code == 403 and "已经截止" in words(refused, 403)


def test_strangers_and_other_instructors_are_kept_out(person: Person, given: Given) -> None:
    quiz, at = given()
    for who in (person(), person("Han Meimei"), person("Mr Zhao", "instructor")):
        assert who.post(f"{quiz}/start").status_code == 403
        assert who.get(f"{quiz}/print", params={"key": "1"}).status_code == 403
        for path in (at, f"{at}/gradebook", f"{at}/results.csv", f"{at}/sittings/1"):
            assert who.get(path).status_code in (303, 403)


def test_extra_time_is_given_while_one_sits(
    instructor: TestClient, student: TestClient, given: Given
) -> None:
    quiz, at = given(closes=hours(5))
    own = sit(student, quiz)
    left = re.compile(r'data-left="([\d.]+)"')
    before = float(left.search(student.get(f"{own}/1").text)[1])  # type: ignore[index]
    user = re.search(r'<option value="(\d+)"[^>]*>\s*Li Lei', instructor.get(at).text)
    assert user
    assert instructor.post(f"{at}/extra", data={"user_id": user[1], "minutes": "10"}).status_code == 303
    after = float(left.search(student.get(f"{own}/1").text)[1])  # type: ignore[index]
    assert 590 < after - before <= 600


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "chosen", "slugs": []}, "先勾选题目"),
        ({"kind": "own", "minutes": "", "count": ""}, "写上题数或时间"),
        ({"minutes": "an hour"}, "整数"),
        ({"attempts": "999"}, "最多 20"),
        ({"pass_mark": "101"}, "最多 100"),
        ({"title": "题" * 121}, "标题最多 120"),
        ({"feedback": "never"}, "先选一种"),
        ({"slugs": ["no-such-question"]}, "已经不在题库里"),
    ],
)
def test_what_is_wrong_with_a_quiz_is_said_and_nothing_typed_is_lost(
    instructor: TestClient, wrong: dict[str, object], said: str
) -> None:
    sent = instructor.post("/teach/quizzes/new", data={**MADE, "title": "留着的标题", **wrong})
    assert said in words(sent, 422)
    assert str(wrong.get("title", "留着的标题")) in sent.text


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        ("tomorrow", "", "时间写成"), ("", "2000-13-01T00:00", "时间写成"), ("", "2020-01-01T00:00", "已经过了"),
        ("2060-01-02T00:00", "2060-01-01T00:00", "要晚于开放时间"),
    ],
)  # fmt: skip
def test_times_that_cannot_be_are_said(
    instructor: TestClient, classroom: str, opens: str, closes: str, said: str
) -> None:
    at = instructor.post("/teach/quizzes/new", data=MADE).headers["location"]
    sent = instructor.post(
        f"{at}/assign", data={"class_id": classroom, "opens_at": opens, "closes_at": closes}
    )
    assert said in words(sent, 422) and (opens or closes) in sent.text


def test_a_paper_is_edited_until_it_is_sat_and_copied_after(
    instructor: TestClient, student: TestClient, given: Given
) -> None:
    quiz, at = given()
    teach = re.search(r"/teach/quizzes/\d+", instructor.get(at).text)
    assert teach
    added = instructor.post(f"{teach[0]}/questions", data={"slugs": ["one-hot"]})
    assert added.status_code == 303
    assert instructor.post(f"{teach[0]}/items", data={"do": "remove:3"}).status_code == 303
    sit(student, quiz)
    refused = instructor.post(f"{teach[0]}/items", data={"do": "up:2"})
    assert refused.status_code == 409 and "不能再改" in words(refused, 409)
    copied = instructor.post(f"{teach[0]}/copy").headers["location"].split("?")[0]
    assert "第一次小测（副本）" in words(instructor.get(copied))
    assert instructor.post(f"{copied}/items", data={"do": "up:2"}).status_code == 303
