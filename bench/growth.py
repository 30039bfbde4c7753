"""Papers of 30, 300 and 3,000 places: CPU and bytes of the map, a place, the report and a review, which may grow as the paper does."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, update

from app.accounts import sessions, users
from app.grading.check import right_response
from app.questions.variant import Variant
from app.quizzes import paper, quiz, sitting
from app.storage.database import writing
from app.storage.tables import answers
from app.study.library import Library, open_library
from app.web import fields
from bench.bank import port
from bench.grading import TEXT, wrong
from bench.pages import cpu, server
from bench.papers import Browser, long_paper, opened

SIZES = (30, 300, 3000)
ROUNDS, REQUESTS = 3, 5
MOST = 1.25  # times ten, for ten times the places: what is measured varies


def filled(shown: Variant, place: int) -> tuple[dict[str, object], dict[str, object]]:
    """What a learner has typed and what it adds up to: every other computed part a known mistake, if it has one."""
    responses: dict[str, object] = {}
    for number, part in enumerate(shown.question.parts):
        known = wrong(shown, part)[0] if (place + number) % 2 and part.id in shown.answers else None
        right = TEXT if part.response == "text" else right_response(shown, part)
        responses[part.id] = right if known is None else known
    names = [name for part in shown.question.parts for name in fields.all_names(part, shown)]
    return {name: {"values": ["12"], "at": 0.0, "version": 1, "tab": "bench"} for name in names}, responses


def seated(engine: Engine, library: Library, count: int, name: str) -> tuple[str, str]:
    """The cookie of somebody at a paper of `count` places, all filled in; and its address."""
    code, now = long_paper(engine, count), datetime.now(UTC)
    with writing(engine) as connection:
        user = users.register(connection, f"{name} {count}", None, "none", now)
        token = sessions.start(connection, user, now)
        made = quiz.by_code(connection, code)
        begun = sitting.start(connection, library, made, user.learner_id, now)
        for place, item in enumerate(begun.items, start=1):
            typed, responses = filled(paper.shown(connection, library, item), place)
            where = answers.c.sitting_id == begun.id, answers.c.place == place
            connection.execute(
                update(answers).where(*where).values(fields=typed, responses=responses, version=1)
            )
    return f"session={token}", f"/sittings/{begun.id}"


def cost(browser: Browser, pid: int, method: str, path: str, times: int) -> tuple[float, int]:
    """CPU ms of a request, and bytes of its answer."""
    browser.connection.close()  # an idle one the server has closed; this opens anew
    busy, size = cpu(pid), 0
    for _ in range(times):
        status, page = browser.send(method, path, {} if method == "POST" else None)
        if status not in (200, 303):
            raise SystemExit(f"{method} {path}: {status} {page[:300]}")
        size = len(page.encode())
    return (cpu(pid) - busy) / times * 1e3, size


def told(what: str, found: list[tuple[float, int]]) -> bool:
    """One line; whether ten times the places cost no more than ten times as much."""
    (a, x), (b, y), (c, z) = found
    steps = (b / max(a, 0.1), c / max(b, 0.1), y / max(x, 1), z / max(y, 1))
    print(
        f"{what:14}" + "".join(f"{ms:10.1f}" for ms, _ in found) + f"{steps[0]:8.1f}{steps[1]:6.1f}", end=""
    )
    print(
        "".join(f"{size / 1024:10.0f}" for _, size in found) + f"{steps[2]:8.1f}{steps[3]:6.1f}", flush=True
    )
    return max(steps) <= 10 * MOST


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/gradus.db"
        engine = opened(url)
        library = open_library(engine, Path("questions"))
        people = [seated(engine, library, size, "Sitter") for size in SIZES]
        engine.dispose()
        at, good = port(), True
        where = {"DATABASE_URL": url, "DATA": folder, "SECRET_KEY": "bench", "REQUEST_SECONDS": "300"}
        with server("app.main:create_app", at, **where) as (_, pid):
            browsers = [Browser(at) for _ in people]
            for browser, (cookie, _) in zip(browsers, people, strict=True):
                browser.cookie = cookie
            sizes = "".join(f"{size:10,}" for size in SIZES) + f"{'×':>8}{'×':>6}"
            print(f"{'places':14}{sizes}{sizes}\n{'':14}{'CPU ms a request':>30}{'':14}{'KB':>30}")
            for what, method, tail, once in (
                ("map", "GET", "", False), ("place", "GET", "/15", False), ("hand in", "POST", "/hand-in", True),
                ("first report", "GET", "", True), ("report", "GET", "", False), ("review", "GET", "/15", False),
            ):  # fmt: skip
                found = []
                for browser, (_, address) in zip(browsers, people, strict=True):
                    if not once:
                        cost(browser, pid, method, address + tail, 1)
                    rounds = [
                        cost(browser, pid, method, address + tail, 1 if once else REQUESTS)
                        for _ in range(1 if once else ROUNDS)
                    ]
                    found.append((median(ms for ms, _ in rounds), rounds[0][1]))
                good &= told(what, found)

    if not good:
        sys.exit(1)
