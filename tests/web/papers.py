"""Sitting a paper over HTTP, as a browser without scripts does."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app.quizzes import quiz
from app.quizzes.blueprint import Blueprint, Rules
from app.storage.database import writing

NINE, LOSS, CHOICE = "fcn-parameter-count", "role-of-loss", "platforms"
RIGHT = {"layers.0": "12", "layers.1": "20", "layers.2": "20", "layers.3": "15", "total": "67"}
WROTE = "衡量预测与标签的差距，指导参数更新。"


def drawn(app: FastAPI, *slugs: str, rules: Rules | None = None, minutes: float = 60) -> str:
    """The address of a quiz of these questions that anybody may sit."""
    made = Blueprint(kind="chosen", slugs=slugs, minutes=minutes)
    with writing(app.state.engine) as connection:
        found = quiz.create(
            connection, app.state.library, made, rules or Rules(variants="printed"), datetime.now(UTC)
        )
    return f"/quizzes/{found.code}"


def begin(client: TestClient, at: str) -> str:
    """The address of a sitting of the quiz at this one."""
    begun = client.post(f"{at}/start")
    assert begun.status_code == 303, begun.text
    return str(begun.headers["location"]).rsplit("/", 1)[0]


def sit(client: TestClient, at: str, typed: Mapping[int, Mapping[str, str]]) -> str:
    """Begin, type at each place, hand in; returns the address of the sitting."""
    sitting = begin(client, at)
    for place, fields in typed.items():
        assert client.post(f"{sitting}/{place}", data={"@whole": "1", **fields}).status_code == 303
    assert client.post(f"{sitting}/hand-in").status_code == 303
    return sitting


def words(response: Response, status: int = 200) -> str:
    """What a page says, without its tags."""
    assert response.status_code == status, response.text
    plain = re.sub(r"<[^>]*>", " ", re.sub(r"<math.*?</math>", "", response.text, flags=re.S))
    return re.sub(r"\s+", " ", unescape(plain)).strip()
