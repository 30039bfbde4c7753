"""Papers of any length for the benches, made of the bank's questions over and over, and a plain browser."""

import http.client
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine, insert

from app.quizzes import quiz
from app.quizzes.blueprint import Blueprint, Rules, drawn
from app.storage.database import connect, migrate, writing
from app.storage.tables import quizzes
from app.study.library import open_library


def opened(url: str) -> Engine:
    engine = connect(url)
    migrate(engine)
    return engine


def long_paper(engine: Engine, count: int, slugs: Iterable[str] = (), minutes: int = 120) -> str:
    """The code of a quiz of `count` places, each with numbers of its own; longer ones than anybody may draw, too."""
    library, now = open_library(engine, Path("questions")), datetime.now(UTC)
    bank = library.bank
    questions = [bank.questions[slug] for slug in slugs] or bank.listed
    places = list(islice(cycle(questions), count))
    items = quiz.items_of(places, drawn(places, "same", "bench"), library)
    row = {
        "code": quiz.new_code(), "title": "", "blueprint": Blueprint(kind="chosen", minutes=minutes).model_dump(mode="json"),
        "rules": Rules().model_dump(mode="json"),
        "items": [vars(item) for item in items], "created_at": now,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(quizzes), row)
    return str(row["code"])


class Browser:
    """One connection with its cookie."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookie = ""

    def move(self, port: int) -> None:
        """To a server that is now at another port, with the same cookie."""
        self.connection.close()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The status, and where to or the page."""
        headers = {"Cookie": self.cookie, "Accept": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(form) if form is not None else None, headers)
        response = self.connection.getresponse()
        page = response.read().decode()
        self.cookie = (response.getheader("Set-Cookie") or self.cookie).split(";")[0]
        return response.status, response.getheader("Location") or page

    def sit(self, code: str) -> str:
        """Begin a paper; the address of the sitting."""
        status, place = self.send("POST", f"/quizzes/{code}/start", {})
        if status != 303:
            raise SystemExit(f"start of {code}: {status} {place[:300]}")
        return place.rsplit("/", 1)[0]
