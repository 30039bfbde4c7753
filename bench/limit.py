"""The bare limit: Starlette, Jinja2 and sqlite3 showing a question and keeping an answer, and nothing else."""

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (id INTEGER PRIMARY KEY, learner_id INT, slug TEXT, variant INT, kind TEXT,
  submission TEXT, responses TEXT, score REAL, created_at TEXT, UNIQUE (learner_id, submission));
CREATE TABLE IF NOT EXISTS progress (learner_id INT, slug TEXT, answers INT, best REAL, PRIMARY KEY (learner_id, slug));
CREATE INDEX IF NOT EXISTS of_variant ON attempts (learner_id, slug, variant, id);
"""
OF_VARIANT = (
    "SELECT * FROM attempts WHERE learner_id = 1 AND slug = ? AND variant = 0 ORDER BY id DESC LIMIT 100"
)
APPEND = "INSERT OR IGNORE INTO attempts VALUES (NULL, 1, ?, 0, 'answer', ?, ?, 1.0, ?)"
CARRY = (
    "INSERT INTO progress VALUES (1, ?, 1, 1.0) ON CONFLICT (learner_id, slug)"
    " DO UPDATE SET answers = answers + 1, best = max(best, 1.0)"
)


def create_app() -> Starlette:
    page = Environment(autoescape=True).from_string(Path(os.environ["BENCH_PAGE"]).read_text())
    database = sqlite3.connect(os.environ["BENCH_DATABASE"], check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")
    database.executescript(SCHEMA)

    def shown(slug: str) -> str:
        entries = database.execute(OF_VARIANT, (slug,)).fetchall()
        done = database.execute("SELECT * FROM progress WHERE learner_id = 1").fetchall()
        return page.render(entries=len(entries), done=len(done))

    async def show(request: Request) -> Response:
        return HTMLResponse(shown(request.path_params["slug"]))

    async def answer(request: Request) -> Response:
        form = await request.form()
        slug, typed = request.path_params["slug"], {k: str(v) for k, v in form.items()}
        sent: tuple[Any, ...] = (slug, typed["submission"], json.dumps(typed), datetime.now(UTC).isoformat())
        database.execute("BEGIN IMMEDIATE")
        database.execute(APPEND, sent)
        database.execute(CARRY, (slug,))
        database.execute("COMMIT")
        return HTMLResponse(shown(slug))

    return Starlette(
        routes=[
            Route("/questions/{slug}", show),
            Route("/questions/{slug}", answer, methods=["POST"]),
        ]
    )
