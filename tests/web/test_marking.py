"""Marking the texts of a class in the browser, without JavaScript and as htmx."""

import re
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Connection, select, update

from app.quizzes import sitting
from app.quizzes.blueprint import Rules
from app.storage.database import reading, writing
from app.storage.tables import answers, sittings
from app.study.library import Library
from app.web import assignments
from tests.quizzes.exam import STUDENT, Exam, exam
from tests.web.conftest import Person
from tests.web.teachers import Device, signed_in

SLUGS = ("role-of-loss", "essay")
GAP, GUIDE = "衡量预测与标签的差距", "指导参数更新"
WRITTEN = [{"role": GAP}, {"role": f"{GAP}。"}, {"role": GUIDE}, {"ideas": "自动提取特征"}, {}]
ROLE = "/teach/assignments/1/marking/role-of-loss/role"


@pytest.fixture
def teacher(app: FastAPI, device: Device) -> TestClient:
    browser = device()
    signed_in(app, browser, "王老师")
    return browser


@pytest.fixture
def sat(app: FastAPI, teacher: TestClient) -> Exam:
    owner = signed_in(app, teacher, "王老师")
    with writing(app.state.engine) as connection:
        return exam(connection, app.state.library, owner, SLUGS, WRITTEN, Rules(shuffled=True))


def groups(page: Response) -> list[str]:
    """The addresses of all groups of a part, in their order."""
    slips = page.text.partition('<ol class="slips">')[2]
    return [unescape(found) for found in re.findall(r'href="([^"]+\?answer=[0-9a-f]{16})"', slips)]


def levels(app: FastAPI, part: str) -> list[dict[str, int]]:
    with reading(app.state.engine) as connection:
        found = connection.scalars(select(answers.c.levels).order_by(answers.c.sitting_id, answers.c.place))
        return [each[part] for each in found if part in each]


def test_parts_are_listed_and_their_answers_shown_with_what_speaks_for_each_point(
    teacher: TestClient, sat: Exam, headers: dict[str, str]
) -> None:
    listed = teacher.get("/teach/assignments/1/marking", headers=headers)
    assert listed.status_code == 200 and "0/3" in listed.text and "没人写" in listed.text
    assert ROLE in listed.text
    page = teacher.get(ROLE, headers=headers)
    assert page.status_code == 200 and GAP in page.text and "2 份一样" in page.text
    assert "似乎写到了" in page.text and "参考答案" in page.text and "autofocus" in page.text
    assert len(groups(page)) == 2


def test_a_mark_goes_on_to_the_next_group_and_then_back_to_the_list(
    app: FastAPI, teacher: TestClient, sat: Exam
) -> None:
    first, second = groups(teacher.get(ROLE))
    sent = teacher.post(first, data={"was": "{}", "point.quantify": "1"})
    assert sent.status_code == 303 and sent.headers["location"] == second
    page = teacher.get(second)
    assert "2/2 份有" in page.text  # how the point was judged so far
    last = teacher.post(second, data={"was": "{}", "all": "1"})
    assert last.headers["location"] == "/teach/assignments/1/marking"
    assert levels(app, "role") == [
        {"quantify": 1, "guide": 0, "monitor": 0, "tuning": 0, "fit": 0},
        {"quantify": 1, "guide": 0, "monitor": 0, "tuning": 0, "fit": 0},
        {"quantify": 1, "guide": 1, "monitor": 1, "tuning": 1, "fit": 1},
    ]
    assert "3/3" in teacher.get("/teach/assignments/1/marking").text


def test_marks_are_shown_as_they_were_given_and_can_be_changed(
    app: FastAPI, teacher: TestClient, sat: Exam
) -> None:
    first = groups(teacher.get(ROLE))[0]
    teacher.post(first, data={"was": "{}", "point.quantify": "1"})
    page = teacher.get(first)
    assert re.search(r'name="point.quantify" value="1" checked', page.text)
    assert "已记 0.4 / 2 分" in page.text
    was = unescape(re.search(r'name="was" value="([^"]*)"', page.text)[1])  # type: ignore[index]
    assert teacher.post(first, data={"was": was, "point.guide": "1"}).status_code == 303
    assert [each["quantify"] + each["guide"] * 2 for each in levels(app, "role")] == [2, 2]


def test_a_level_that_is_missing_or_unknown_is_refused_and_nothing_chosen_is_lost(
    app: FastAPI, teacher: TestClient, sat: Exam
) -> None:
    first = groups(teacher.get(ROLE))[0]
    refused = teacher.post(first, data={"was": "{}", "point.quantify": "7", "point.guide": "1"})
    assert refused.status_code == 422 and "没有这个等级" in refused.text
    assert re.search(r'name="point.guide" value="1" checked', refused.text)
    essay = "/teach/assignments/1/marking/essay/ideas"
    at = groups(teacher.get(essay))[0]
    refused = teacher.post(at, data={"was": "{}", "point.nonlinear": "2"})
    assert refused.status_code == 422 and "还没选等级" in refused.text
    assert re.search(r'name="point.nonlinear" value="2" required checked', refused.text)
    assert levels(app, "role") == levels(app, "ideas") == []


def test_of_two_tabs_the_second_is_told_and_keeps_what_it_chose(
    app: FastAPI, teacher: TestClient, sat: Exam
) -> None:
    first = groups(teacher.get(ROLE))[0]
    assert teacher.post(first, data={"was": "{}", "point.quantify": "1"}).status_code == 303
    told = teacher.post(first, data={"was": "{}", "point.guide": "1"})
    assert told.status_code == 409 and "刚刚在另一处评过" in told.text
    assert re.search(r'name="point.guide" value="1" checked', told.text)
    assert all(each["quantify"] and not each["guide"] for each in levels(app, "role"))
    was = unescape(re.search(r'name="was" value="([^"]*)"', told.text)[1])  # type: ignore[index]
    assert teacher.post(first, data={"was": was, "point.guide": "1"}).status_code == 303
    assert all(each["guide"] and not each["quantify"] for each in levels(app, "role"))


def test_nobody_is_named_and_the_pages_are_the_same_whoever_wrote_what(
    app: FastAPI, teacher: TestClient, sat: Exam
) -> None:
    pages = ["", "/role-of-loss/role", "/essay/ideas"]
    seen = [teacher.get(f"/teach/assignments/1/marking{page}").text for page in pages]
    for i in range(1, len(WRITTEN) + 1):
        assert not any(STUDENT.format(i) in html or f"77{i:04}" in html for html in seen)
    with writing(app.state.engine) as connection:
        write_anew(connection, app.state.library, sat, WRITTEN[::-1])
    assert [teacher.get(f"/teach/assignments/1/marking{page}").text for page in pages] == seen


def write_anew(connection: Connection, library: Library, sat: Exam, written: list[dict[str, str]]) -> None:
    """The same papers, as if others had written these; they are still to be graded."""
    for sitting_id, texts in zip(sat.sittings, written, strict=True):
        for place, item in enumerate(sitting.found(connection, sitting_id).items, start=1):
            parts = {part.id for part in library.bank.questions[item.slug].parts}
            where = answers.c.sitting_id == sitting_id, answers.c.place == place
            kept = {name: value for name, value in texts.items() if name in parts}
            connection.execute(update(answers).where(*where).values(responses=kept, verdicts={}))
        connection.execute(update(sittings).where(sittings.c.id == sitting_id).values(graded_at=None))


def test_only_the_owner_marks(app: FastAPI, teacher: TestClient, sat: Exam, person: Person) -> None:
    first = groups(teacher.get(ROLE))[0]
    for other in (person("Mr Zhao", "instructor"), person("Li Lei")):
        for path in ("/teach/assignments/1/marking", ROLE):
            assert other.get(path).status_code == 403
        assert other.post(first, data={"was": "{}", "all": "1"}).status_code == 403
    assert person().post(first, data={"was": "{}", "all": "1"}).status_code in (303, 403)
    assert levels(app, "role") == []


@pytest.mark.parametrize(
    "part", ["role-of-loss/total", "no-such/role", "fcn-parameter-count/total", "essay/%00"]
)
def test_what_is_no_text_of_the_paper_is_not_found(teacher: TestClient, sat: Exam, part: str) -> None:
    assert teacher.get(f"/teach/assignments/1/marking/{part}").status_code == 404


def test_a_group_that_has_gone_is_not_found_and_its_link_leads_to_the_next(
    teacher: TestClient, sat: Exam
) -> None:
    gone = f"{ROLE}?answer={'0' * 16}"
    assert teacher.get(gone).status_code == 200
    assert teacher.post(gone, data={"was": "{}", "all": "1"}).status_code == 404


def test_papers_that_wait_to_be_graded_are_told(
    teacher: TestClient, sat: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 10_000, 2))
    monkeypatch.setattr(assignments, "monotonic", lambda: next(ticks))  # each look at the clock takes 2 s
    assert "还有 4 份刚交的卷子" in teacher.get("/teach/assignments/1/marking").text
    assert "还有 3 份刚交的卷子" in teacher.get(ROLE).text
