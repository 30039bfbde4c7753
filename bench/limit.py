"""The bare limit: Starlette, Jinja2 and sqlite3 showing a question, keeping an answer and saving a field, and nothing else."""

import json
import os
import sqlite3
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (id INTEGER PRIMARY KEY, learner_id INT, slug TEXT, variant INT, kind TEXT,
  submission TEXT, responses TEXT, score REAL, created_at TEXT, UNIQUE (learner_id, submission));
CREATE TABLE IF NOT EXISTS progress (learner_id INT, slug TEXT, answers INT, best REAL, PRIMARY KEY (learner_id, slug));
CREATE TABLE IF NOT EXISTS answers (sitting_id INT, place INT, fields TEXT, version INT, PRIMARY KEY (sitting_id, place));
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
KEPT = "SELECT fields, version FROM answers WHERE sitting_id = ? AND place = ?"
SAVE = "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)"


# one flat template with what the page of question 9 loops over, and about its size
PAGE = """<!doctype html><title>question</title>
<nav><ol>{% for n in range(1, 31) %}<li><a href="/questions/{{ n }}" class="{{ 'done' if n <= done }}">{{ n }}</a></li>{% endfor %}</ol></nav>
<svg viewBox="0 0 480 236">{% for i in range(44) %}<line x1="{{ i }}" y1="{{ i * 2 }}" x2="{{ i * 3 }}" y2="{{ i * 4 }}"/>{% endfor %}</svg>
<form method="post">{% for i in range(17) %}<span class="c ok"><input name="box.{{ i }}" value="{{ typed.get('box.%d' % i, '') }}" size="6" aria-label="box {{ i }}" autocomplete="off" spellcheck="false"><i aria-hidden="true">✓</i></span>{% endfor %}
<p>{{ entries }} entries</p>{{ words }}</form>"""


def create_app() -> Starlette:
    page = Environment(autoescape=True).from_string(PAGE)
    words = "words of the question and of its solution. " * 200
    database = sqlite3.connect(os.environ["BENCH_DATABASE"], check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")
    database.executescript(SCHEMA)

    def shown(slug: str) -> str:
        entries = database.execute(OF_VARIANT, (slug,)).fetchall()
        done = database.execute("SELECT * FROM progress WHERE learner_id = 1").fetchall()
        typed = json.loads(entries[0][6]) if entries else {}
        return page.render(entries=len(entries), done=len(done), typed=typed, words=words)

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

    async def save(request: Request) -> Response:
        form = await request.form()
        at = request.path_params["sitting_id"], request.path_params["place"]
        database.execute("BEGIN IMMEDIATE")
        fields, version = database.execute(KEPT, at).fetchone() or ("{}", 0)
        typed = {name: str(value) for name, value in form.items() if not name.startswith("@")}
        database.execute(SAVE, (*at, json.dumps(json.loads(fields) | typed), version + 1))
        database.execute("COMMIT")
        return JSONResponse({"version": version + 1})

    return Starlette(
        routes=[
            Route("/sittings/{sitting_id:int}/{place:int}", save, methods=["POST"]),
            Route("/questions/{slug}", show),
            Route("/questions/{slug}", answer, methods=["POST"]),
        ]
    )
