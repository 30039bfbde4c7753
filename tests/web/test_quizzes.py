"""The list of quizzes and the cover of one: what can be sat, what was sat, and what is said when something is missing."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.quizzes.blueprint import Rules
from app.storage.database import reading, writing
from app.storage.tables import quizzes, sittings
from app.web.quizzes import PAGE
from tests.web.conftest import Person
from tests.web.papers import LOSS, NINE, RIGHT, WROTE, begin, drawn, sit, words

OWN = {"kind": "own", "topics": ["convolution", "losses"], "kinds": ["numeric"], "count": "7", "minutes": "25", "variants": "each"}  # fmt: skip


def made(client: TestClient, **sent: object) -> str:
    response = client.post("/quizzes", data=sent)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def count(app: FastAPI) -> int:
    with reading(app.state.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(quizzes)) or 0)


@pytest.mark.parametrize(
    ("kind", "told"),
    [("paper", "30 题 · 100 分 · 120 分钟"), ("mock", " 60 分钟"), ("sprint", "10 题 · 10 分")],
)
def test_a_ready_made_paper_is_drawn_and_its_cover_tells_what_it_is(
    client: TestClient, kind: str, told: str, headers: dict[str, str]
) -> None:
    at = made(client, kind=kind)
    assert re.fullmatch(r"/quizzes/[A-Z2-9]{8}", at)
    page = words(client.get(at, headers=headers))
    assert (
        told in page and "开始" in page and at.rsplit("/", 1)[1] in page and f"http://testserver{at}" in page
    )
    assert f'href="{at}/print"' in client.get(at).text
    assert made(client, kind=kind) != at


def test_the_list_offers_three_papers_ones_own_and_a_box_for_a_code(
    client: TestClient, headers: dict[str, str]
) -> None:
    page = words(client.get("/quizzes", headers=headers))
    assert all(
        each in page for each in ("整卷模拟", "短模拟", "计算冲刺", "30 道题，100 分", "自己出一份", "代码")
    )
    assert "以前的考试" not in page and "正在考" not in page
    assert 'href="/quizzes"' in client.get("/").text


def test_a_quiz_of_ones_own_is_as_asked(client: TestClient, app: FastAPI) -> None:
    at = made(client, **OWN)
    assert "7 题" in words(client.get(at)) and "25 分钟" in words(client.get(at))
    assert "数字每次不同" in words(client.get(at))
    with reading(app.state.engine) as connection:
        row = connection.execute(select(quizzes)).one()
    bank = app.state.library.bank
    asked = [bank.questions[item["slug"]] for item in row.items]
    assert len(asked) == 7 and all({"convolution", "losses"} & set(question.topics) for question in asked)


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"count": "many"}, "count", "这里填一个整数。"),
        ({"count": "201"}, "count", "最多 200。"),
        ({"count": "-1"}, "count", "这里填一个整数。"),
        ({"minutes": "601"}, "minutes", "最多 600。"),
        ({"minutes": "1.5"}, "minutes", "这里填一个整数。"),
        ({"count": "", "minutes": "1", "kinds": ["text"]}, "minutes", "没有一道题能在这么短的时间里做完。"),
        ({"topics": ["cooking"]}, "topics", "没有符合条件的题"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    app: FastAPI, client: TestClient, changed: dict[str, object], field: str, sentence: str
) -> None:
    sent = OWN | changed
    response = client.post("/quizzes", data=sent)
    page = words(response, 422)
    assert sentence in page and count(app) == 0
    for name in ("count", "minutes"):
        box = re.search(rf'<input id="{name}"[^>]*>', response.text)
        assert box and f'value="{sent[name]}"' in box[0]
        assert ("aria-invalid" in box[0]) == (name == field)
    for name in ("topics", "kinds"):
        for value in sent[name]:  # type: ignore[attr-defined]
            if value != "cooking":
                assert re.search(rf'name="{name}" value="{value}" checked', response.text)
    assert re.search(r'value="each" selected', response.text)


def test_a_code_opens_the_paper_of_a_classmate_however_it_is_typed(person: Person) -> None:
    ann, bob = person(), person()
    at = made(ann, kind="sprint")
    code = at.rsplit("/", 1)[1]
    for typed in (code, code.lower(), f" {code[:4]}-{code[4:]} "):
        assert bob.post("/quizzes", data={"code": typed}).headers["location"] == at
    mine, theirs = begin(ann, at), begin(bob, at)
    assert mine != theirs
    first = [
        re.search(r'class="prompt">.*?</div>', c.get(f"{s}/1").text, re.S)
        for c, s in ((ann, mine), (bob, theirs))
    ]
    assert first[0] and first[1] and first[0][0] == first[1][0]  # the same numbers


@pytest.mark.parametrize("code", ["", "ABCDEFGH", "<b>", "x" * 3000])
def test_an_unknown_code_is_told_and_kept(client: TestClient, code: str) -> None:
    response = client.post("/quizzes", data={"code": code})
    assert "没有这个代码的小测" in words(response, 404) and "aria-invalid" in response.text
    assert "<b>" not in response.text
    assert client.get("/quizzes/ABCDEFGH").status_code == 404


def test_an_open_sitting_is_gone_on_with_and_no_other_begins(client: TestClient, app: FastAPI) -> None:
    at, other = drawn(app, NINE), drawn(app, LOSS)
    sitting = begin(client, at)
    page = client.get("/quizzes")
    assert "正在考" in words(page) and f'href="{sitting}/1"' in page.text
    assert "接着考" in words(client.get(at)) and "/start" not in client.get(at).text
    assert begin(client, at) == sitting
    cover = client.get(other)
    assert (
        "还有一份没交的卷子" in words(cover)
        and f'href="{sitting}/1"' in cover.text
        and "/start" not in cover.text
    )
    refused = client.post(f"{other}/start")
    assert "你还有一份没交的卷子" in words(refused, 409) and f'href="{sitting}/1"' in refused.text


def test_when_the_attempts_are_used_up_it_is_said(client: TestClient, app: FastAPI) -> None:
    at = drawn(app, NINE, rules=Rules(attempts=1, variants="printed"))
    assert "最多考 1 次" in words(client.get(at))
    sit(client, at, {1: RIGHT})
    assert "次数已经用完" in words(client.get(at)) and "/start" not in client.get(at).text
    assert "次数已经用完" in words(client.post(f"{at}/start"), 403)


def test_earlier_sittings_stand_with_their_totals_the_newest_first(client: TestClient, app: FastAPI) -> None:
    at = drawn(app, NINE, LOSS)
    first = sit(client, at, {1: RIGHT, 2: {"role": WROTE}})
    second = sit(client, at, {1: {"total": "67"}})
    page = client.get("/quizzes")
    assert re.findall(r'<th scope="row"><a href="(/sittings/\d+)"', page.text) == [second, first]
    assert "1 / 6" in words(page) and "4 / 6 待评 2 分 评完才算" in words(page)
    assert re.findall(r'<th scope="row"><a href="(/sittings/\d+)"', client.get(at).text) == [second, first]
    assert "再考一次" in words(client.get(at))


def test_a_sitting_whose_time_is_up_is_handed_in_and_counted_by_whoever_looks(
    client: TestClient, app: FastAPI
) -> None:
    sitting = begin(client, drawn(app, NINE))
    assert client.post(f"{sitting}/1", data={"@whole": "1", **RIGHT}).status_code == 303
    with writing(app.state.engine) as connection:
        deadline = connection.scalar(select(sittings.c.started_at)) + timedelta(milliseconds=1)
        connection.execute(update(sittings).values(deadline=deadline))
    page = words(client.get("/quizzes"))
    assert "正在考" not in page and "4 / 4 100%" in page
    assert "时间到，已自动交卷" in words(client.get(sitting))


def test_many_sittings_are_turned_over(client: TestClient, app: FastAPI) -> None:
    at = drawn(app, NINE)
    for _ in range(PAGE + 1):
        sit(client, at, {})
    first, second = client.get("/quizzes").text, client.get("/quizzes?page=2").text
    assert (
        len(re.findall(r'<th scope="row">', first)) == PAGE
        and len(re.findall(r'<th scope="row">', second)) == 1
    )
    assert 'rel="next"' in first and 'rel="prev"' in second
    for page in ("0", "-5", "99999"):
        assert client.get(f"/quizzes?page={page}").status_code == 200


def test_nobody_sees_the_sittings_of_another(person: Person, app: FastAPI) -> None:
    ann, bob, guest = person("Ann"), person("Bob"), person()
    sitting = sit(ann, drawn(app, NINE), {1: RIGHT})
    for other in (bob, guest):
        assert "以前的考试" not in words(other.get("/quizzes"))
        for path in (sitting, f"{sitting}/1"):
            assert other.get(path).status_code == 403
        assert other.post(f"{sitting}/1/marks", data={}).status_code == 403


def test_both_languages_say_the_same_things(client: TestClient, app: FastAPI) -> None:
    at = drawn(app, NINE, LOSS)
    sit(client, at, {1: RIGHT, 2: {"role": WROTE}})
    for path in ("/quizzes", at):
        page = words(client.get(f"{path}?lang=en"))
        left = re.sub(r"拾|密 封 线|中文", "", page)
        assert not re.search(r"[\u4e00-\u9fff]", left), (path, left)
