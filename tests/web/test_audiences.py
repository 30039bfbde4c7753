"""Every route declares who it is for, and gives each of five people the answer it declares."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from starlette.routing import BaseRoute, Mount

from app.accounts import users
from app.quizzes import assignment
from app.quizzes import quiz as quizzes
from app.quizzes.blueprint import READY
from app.storage.database import writing
from app.web.dependencies import refresh
from tests.teaching.test_authoring import SOURCE
from tests.web.conftest import Person
from tests.web.test_authoring import begin

ALLOWED = {
    "anyone": {"anonymous", "student", "other student", "instructor", "other instructor"},
    "signed in": {"student", "other student", "instructor", "other instructor"},
    "member": {"student"},
    "sitter": {"student"},
    "instructor": {"instructor", "other instructor"},
    "owner": {"instructor"},
}

CHANGING = {  # who one is, which would change the answers after them: in test_accounts.py and test_classes.py
    ("POST", "/account/sign-out"), ("POST", "/account/sign-out-everywhere"), ("POST", "/account/delete"),
    ("POST", "/join/{code}"),
}  # fmt: skip


def routes(table: Sequence[BaseRoute]) -> Iterator[tuple[str, str, str | None]]:
    """Method, path and audience of every route; routers stand in the table as a whole."""
    for route in table:
        if inner := getattr(route, "original_router", None):
            yield from routes(inner.routes)
        elif not isinstance(route, Mount):
            for method in sorted(route.methods - {"HEAD"}):  # type: ignore[attr-defined]
                audience = getattr(route.endpoint, "audience", None)  # type: ignore[attr-defined]
                yield method, route.path, audience  # type: ignore[attr-defined]


@pytest.fixture
def people(app: FastAPI, person: Person) -> dict[str, TestClient]:
    found = {
        "anonymous": person(),
        "student": person("Li Lei"),
        "other student": person("Han Meimei"),
        "other instructor": person("Mr Zhao", "instructor"),
        "instructor": person("Ms Wang", "instructor"),
    }
    begin(found["instructor"], "text", source=SOURCE, slug="mine")
    assert found["instructor"].post("/teach/questions/mine/publish").status_code == 303
    refresh(app.state)
    return found


def arranged(people: dict[str, TestClient]) -> dict[str, str]:
    """A class of the instructor that the student has joined, by the names of the parameters of paths."""
    made = people["instructor"].post("/teach/classes", data={"name": "Deep learning"})
    number = made.headers["location"].rsplit("/", 1)[1]
    code = re.search(r"/join/([A-Z0-9]{6})", people["instructor"].get(f"/teach/classes/{number}").text)
    assert code and people["student"].post(f"/join/{code[1]}").status_code == 303
    student = re.search(
        rf"/teach/classes/{number}/members/(\d+)", people["instructor"].get(f"/teach/classes/{number}").text
    )
    assert student
    return {"class_id": number, "code": code[1], "user_id": student[1], "what": "name"}


def given(app: FastAPI, people: dict[str, TestClient], known: dict[str, str]) -> dict[str, str]:
    """A quiz that the instructor has given to the class, and one that the student sits."""
    with writing(app.state.engine) as connection:
        teacher = users.by_login(connection, "Ms Wang")
        assert teacher
        quiz = quizzes.create(
            connection, app.state.library, *READY["sprint"], datetime.now(UTC), owner_id=teacher.id
        )
        made = assignment.assign(connection, quiz, int(known["class_id"]), None, None, datetime.now(UTC))
    own = people["student"].post("/quizzes", data={"kind": "sprint"}).headers["location"]
    sitting, place = people["student"].post(f"{own}/start").headers["location"].split("/")[-2:]
    return {
        "quiz_id": str(quiz.id), "assignment_id": str(made.id), "sitting_id": sitting, "place": place, "step": "title",
    }  # fmt: skip


def is_refused(response: Response) -> bool:
    """Told so, or sent to sign in first."""
    sent = response.headers.get("location", "").startswith("/account?back=")
    return response.status_code == 403 or (response.status_code == 303 and sent)


def address(path: str, known: dict[str, str]) -> str:
    """A path with things that are there in the place of its parameters."""
    if path.startswith("/teach/questions/"):
        known = known | {"slug": "mine"}
    if path.startswith("/account"):
        known = known | {"action": "delete"}
    if "members" in path:
        known = known | {"action": "password"}
    return path.format_map(known)


def test_every_route_gives_everyone_the_answer_it_declares(
    app: FastAPI, people: dict[str, TestClient]
) -> None:
    known = {
        "slug": "fcn-parameter-count",
        "name": "bias_forgotten",
        "action": "hint",
        "image_hash": "0" * 64,
        "token": "none",
        "kind": "csv",
        "part": "role",
        **(room := arranged(people)),
        **given(app, people, room),
    }
    table = [route for route in routes(app.routes) if route[1] != "/api/openapi.json"]
    assert len(table) > 60 and {audience for _, _, audience in table} == set(ALLOWED)
    wrong: list[Any] = []
    for name, client in people.items():
        for method, path, audience in table:
            if (method, path) in CHANGING:
                continue
            at = address(path, known)
            if audience == "member" and name == "student":  # who may just have left
                client.post(f"/join/{known['code']}")
            response = client.request(method, at)
            # what is open to anyone may still refuse a wrong password or an old link
            wrongly = audience != "anyone" and is_refused(response) == (name in ALLOWED[str(audience)])
            if wrongly or response.status_code >= 500:
                wrong.append((name, method, path, audience, response.status_code))
    assert not wrong
