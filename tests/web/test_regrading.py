"""A question published wrong, answered, corrected and marked anew, in pages; and what students see of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import func, select

from app.accounts import users
from app.storage.attempts import rebuild_progress
from app.storage.database import reading, writing
from app.storage.revisions import publish
from app.storage.tables import attempts, revisions
from app.web.dependencies import refresh
from tests.teaching.questions import NOW, OTHER_NUMBERS, RIGHT, SLUG, WRONG, publish_text

PAGE, REGRADE = f"/questions/{SLUG}", f"/teach/questions/{SLUG}/regrade"
NINE = "fcn-parameter-count"
STUDENTS = {"Ann": "27", "Bob": "20", "Cas": "5"}
Device = Callable[..., TestClient]


@pytest.fixture
def device(app: FastAPI) -> Iterator[Device]:
    """A browser: of a guest, or of somebody who has just registered under a name."""
    with ExitStack() as stack:

        def open_device(name: str = "", role: str = "student") -> TestClient:
            client = stack.enter_context(TestClient(app, follow_redirects=False))
            if name:
                account = {"name": name, "email": "", "password": "correct horse"}
                assert client.post("/account/register", data=account).status_code == 303
            if role == "instructor":
                with writing(app.state.engine) as connection:
                    user = users.by_login(connection, name)
                    assert user
                    users.set_role(connection, user, "instructor")
            return client

        yield open_device


@pytest.fixture
def publishes(app: FastAPI) -> Callable[[str], int]:
    """Publishes a text as Eve's, or retires the question."""

    def publishes(source: str) -> int:
        revision = 0
        with writing(app.state.engine) as connection:
            eve = users.by_login(connection, "Eve")
            if source:
                revision = publish_text(connection, source, eve and eve.id)
            else:
                publish(connection, SLUG, None, None, "", NOW)
        refresh(app.state)
        return revision

    return publishes


def text_of(response: Response, status: int = 200) -> str:
    """What a page says, without its tags."""
    assert response.status_code == status
    words = re.sub(r"<[^>]*>", " ", re.sub(r"<math.*?</math>", "", response.text, flags=re.S))
    return re.sub(r"\s+", " ", unescape(words))


def answer(client: TestClient, total: str, page: str = PAGE) -> None:
    assert client.post(page, data={"total": total}).status_code == 303


def entries(app: FastAPI) -> int:
    with reading(app.state.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(attempts)) or 0)


def test_a_correction_reaches_everyone_who_answered(
    app: FastAPI, device: Device, publishes: Callable[[str], int]
) -> None:
    eve = device("Eve", "instructor")
    publishes(WRONG)
    students = {name: device(name) for name in STUDENTS} | {"guest": device()}
    for name, client in students.items():
        answer(client, STUDENTS.get(name, "27"))
    made = eve.post("/teach/classes", data={"name": "Deep learning"}).headers["location"]
    code = re.search(r"/join/([A-Z0-9]{6})", eve.get(made).text)
    assert code
    for name in ("Ann", "Cas"):
        assert students[name].post(f"/join/{code[1]}").status_code == 303
    publishes(RIGHT)
    before = entries(app)
    preview = text_of(eve.get(REGRADE))
    assert "旧版的作答共 4 份：3 份的批改会变，1 份不变，0 份不能重新批改" in preview
    change = r"原题的数 0% → 75% 0% → 75% 参数总数 不对 → 正确"
    assert re.search(rf"Ann {change}", preview) and re.search(rf"访客 {change}", preview)
    assert re.search(r"不在你班上的学生 原题的数 75% → 0%", preview)
    assert "Cas" not in preview and "Bob" not in preview and entries(app) == before
    done = eve.post(REGRADE)
    assert (done.status_code, done.headers["location"]) == (303, f"{REGRADE}?corrected=3")
    after = text_of(eve.get(done.headers["location"]))
    assert "已经更正 3 份作答" in after and "没有要更正的" in after
    assert entries(app) == before + 3
    assert "corrected=0" in eve.post(REGRADE).headers["location"] and entries(app) == before + 3
    assert "原来 0%，现在 75%" in text_of(students["Ann"].get(PAGE))
    assert "原来 75%，现在 0%" in text_of(students["Bob"].get(PAGE))
    assert "原来 0%，现在 75%" in text_of(students["guest"].get(PAGE))
    assert "漏了偏置" in text_of(students["Bob"].get("/progress"))
    assert re.search(r"两层网络 ◐ 做过 75% 75% 1", text_of(students["Ann"].get("/progress")))
    with writing(app.state.engine) as connection:
        assert rebuild_progress(connection) == 0


def test_only_the_owner_sees_and_corrects(device: Device, publishes: Callable[[str], int]) -> None:
    device("Eve", "instructor")
    publishes(WRONG)
    other, student = device("Olga", "instructor"), device("Ann")
    for client, status in ((other, 403), (student, 403), (device(), 403)):
        assert client.get(REGRADE).status_code == client.post(REGRADE).status_code == status
    assert other.get(f"/teach/questions/{NINE}/regrade").status_code == 404  # of the folder
    assert other.post("/teach/questions/nowhere/regrade").status_code == 404


def test_a_retired_question_is_not_marked_anew(device: Device, publishes: Callable[[str], int]) -> None:
    eve = device("Eve", "instructor")
    publishes(WRONG)
    publishes("")
    assert "已经下架" in text_of(eve.get(REGRADE), 404)


def test_a_changed_question_leads_to_what_was_answered_then(
    device: Device, publishes: Callable[[str], int]
) -> None:
    device("Eve", "instructor")
    then = publishes(RIGHT)
    ann, bob = device("Ann"), device()
    answer(ann, "27")
    old = f"{PAGE}?revision={then}&variant=0"
    publishes(OTHER_NUMBERS)
    today = ann.get(PAGE).text
    assert "这道题改过了" in today and f'href="{old.replace("&", "&amp;")}"' in today
    assert 'value="27"' not in today and "[3, 4, 3]" in today
    assert "这道题改过了" not in bob.get(PAGE).text
    page = ann.get(old).text
    assert "[2, 4, 3]" in page and 'value="27"' in page and "得分 75%" in page
    assert "<button" not in page[page.index("<article") : page.index("</article")]
    assert (
        page.count("<fieldset") == page.count("disabled>") > 1
        and "<form" not in page[page.index("<article") :]
    )
    assert f'href="{PAGE}"' in page and "hx-post" not in page
    for client, address in (
        (bob, old), (ann, f"{PAGE}?revision={then + 1}"), (ann, f"{PAGE}?revision={then}&variant=1"),
        (ann, f"{PAGE}?revision=x"), (ann, f"{PAGE}?revision=99999999999"), (ann, f"/questions/{NINE}?revision={then}"),
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    answer(ann, "31")
    assert "这道题改过了" not in ann.get(PAGE).text and 'value="27"' in ann.get(old).text


def test_another_variant_leads_to_then_until_the_new_text_is_answered(
    device: Device, publishes: Callable[[str], int]
) -> None:
    device("Eve", "instructor")
    publishes(RIGHT)
    ann = device("Ann")
    answer(ann, "27")
    assert "这道题改过了" not in ann.get(f"{PAGE}?variant=1").text
    publishes(OTHER_NUMBERS)
    assert "这道题改过了" in ann.get(f"{PAGE}?variant=1").text
    answer(ann, "31", f"{PAGE}?variant=2")
    assert "这道题改过了" not in ann.get(f"{PAGE}?variant=1").text
    assert "这道题改过了" in ann.get(PAGE).text


def test_a_solution_that_was_open_stays_open_on_the_page_of_then(
    device: Device, publishes: Callable[[str], int]
) -> None:
    device("Eve", "instructor")
    then = publishes(RIGHT)
    ann = device("Ann")
    answer(ann, "27")
    old = f"{PAGE}?revision={then}"
    publishes(OTHER_NUMBERS)
    assert 'class="solution"' not in ann.get(old).text
    assert ann.post(f"{PAGE}/solution").status_code == 303
    assert 'class="solution"' in ann.get(old).text


def test_what_was_answered_outlives_the_question(device: Device, publishes: Callable[[str], int]) -> None:
    device("Eve", "instructor")
    then = publishes(RIGHT)
    ann = device("Ann")
    answer(ann, "27")
    publishes("")
    assert device().get(PAGE).status_code == 404
    led = ann.get(PAGE)
    assert (led.status_code, led.headers["location"]) == (303, f"{PAGE}?revision={then}&variant=0")
    assert "已经下架" in text_of(ann.get(led.headers["location"]))
    assert ann.post(f"{led.headers['location']}", data={"total": "1"}).status_code == 404


def test_a_text_that_can_no_longer_be_read_says_so(
    app: FastAPI, device: Device, publishes: Callable[[str], int]
) -> None:
    device("Eve", "instructor")
    then = publishes(RIGHT)
    ann = device("Ann")
    answer(ann, "27")
    with writing(app.state.engine) as connection:
        connection.execute(revisions.update().where(revisions.c.id == then).values(source="title: old"))
    publishes(OTHER_NUMBERS)
    assert "旧格式" in text_of(ann.get(f"{PAGE}?revision={then}"), 404)


def test_the_export_says_what_a_correction_corrects(device: Device, publishes: Callable[[str], int]) -> None:
    eve = device("Eve", "instructor")
    publishes(WRONG)
    ann = device()
    answer(device("Cas"), "27")  # so that numbers of entries do not begin with Ann's
    answer(ann, "27")
    account = {"name": "Ann", "email": "", "password": "correct horse"}
    assert ann.post("/account/register", data=account).status_code == 303
    publishes(RIGHT)
    assert eve.post(REGRADE).status_code == 303
    first, second = ann.get("/account/export").json()["attempts"]
    assert (first["regrades"], second["regrades"]) == (None, first["id"])
    assert (first["score"], second["score"]) == (0.0, 0.75)


def test_both_languages(device: Device, publishes: Callable[[str], int]) -> None:
    eve = device("Eve", "instructor")
    then = publishes(WRONG)
    ann = device("Ann")
    answer(ann, "27")
    publishes(RIGHT)
    assert re.search(
        "Answers to older revisions: 1. Marks that change: 1", text_of(eve.get(f"{REGRADE}?lang=en"))
    )
    assert "can only be read" in text_of(ann.get(f"{PAGE}?revision={then}&lang=en"))
