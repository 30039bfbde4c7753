"""A thousand sitters, each saving a changed field every five seconds, at one server: none lost, how long each waits."""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Engine, select

from app.accounts import sessions, users
from app.quizzes import paper, quiz, sitting
from app.storage.database import reading, writing
from app.storage.tables import answers
from app.study.library import open_library
from app.web import fields
from bench.bank import port
from bench.pages import cpu, server
from bench.papers import long_paper, opened

SITTERS, EVERY, SECONDS, PLACES = 1000, 5.0, 60.0, 30
BOUNDARY = "----WebKitFormBoundaryBench"
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: application/json\r\n"
    "Sec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {length}\r\n\r\n"
)


@dataclass
class Sitter:
    """Somebody at a paper in a browser that stays connected."""

    path: str
    cookie: str
    names: list[list[str]]  # of the fields, by place
    seen: Counter[int] = field(default_factory=Counter)  # the version of each place
    kept: dict[str, str] = field(default_factory=dict)  # by place and field, what was acknowledged last
    waited: list[float] = field(default_factory=list)  # seconds, from when a save was due
    again: int = 0  # connections that had been closed

    async def sit(self, port: int, seconds: float) -> None:
        due = time.perf_counter() + random.uniform(0, EVERY)
        end, self.connection = due + seconds, None
        for number in range(1, 10**6):
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            place = 1 + number // 6 % len(self.names)
            name = random.choice(self.names[place - 1])
            reply = await self.save(port, place, name, str(number))
            self.waited.append(time.perf_counter() - due)
            self.seen[place] = reply["version"]
            self.kept[f"{place} {name}"] = str(number)
            if (due := due + EVERY) > end:
                break
        if self.connection:
            self.connection[1].close()

    async def save(self, port: int, place: int, name: str, value: str) -> dict[str, Any]:
        """As a browser sends it; once more on a new connection where the server had closed this one."""
        form = {name: value, "@ages": f'{{"{name}": 900}}', "@seen": self.seen[place], "@tab": "0123456789ab"}
        body = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{kept}\r\n' for key, kept in form.items()
        ) + f"--{BOUNDARY}--\r\n"  # fmt: skip
        sent = (
            HEAD.format(path=f"{self.path}/{place}", cookie=self.cookie, boundary=BOUNDARY, length=len(body))
            + body
        )
        while True:
            fresh = self.connection is None
            if self.connection is None:
                self.connection = await asyncio.open_connection("127.0.0.1", port)
            try:
                return await exchanged(*self.connection, sent)
            except (OSError, asyncio.IncompleteReadError):
                self.connection = None
                self.again += 1
                if fresh:
                    await asyncio.sleep(0.1)


async def exchanged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: str) -> dict[str, Any]:
    writer.write(sent.encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    body = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
    if not head.startswith("http/1.1 200"):
        raise SystemExit(f"{head} {body[:500]!r}")
    found: dict[str, Any] = json.loads(body)
    return found


async def crowd(port: int, seconds: float, sitters: list[Sitter]) -> None:
    await asyncio.gather(*(sitter.sit(port, seconds) for sitter in sitters))


def client() -> None:
    """A process of its own: told whom to be, it says what it got."""
    told = json.load(sys.stdin)
    sitters = [Sitter(**each) for each in told["sitters"]]
    asyncio.run(crowd(told["port"], told["seconds"], sitters))
    json.dump([[each.path, each.kept, each.waited, each.again] for each in sitters], sys.stdout)


def seated(engine: Engine, count: int) -> list[dict[str, Any]]:
    """That many students, signed in, who have begun one paper."""
    code, library, now = (
        long_paper(engine, PLACES),
        open_library(engine, Path("questions")),
        datetime.now(UTC),
    )
    found = []
    with writing(engine) as connection:
        made = quiz.by_code(connection, code)
        names = [
            [name for part in shown.question.parts for name in fields.all_names(part, shown)]
            for shown in (paper.shown(connection, library, item) for item in made.items)
        ]
        for number in range(count):
            user = users.register(connection, f"Student {number}", None, "none", now)
            token = sessions.start(connection, user, now)
            begun = sitting.start(connection, library, made, user.learner_id, now)
            found.append({"path": f"/sittings/{begun.id}", "cookie": f"session={token}", "names": names})
    return found


def lost(engine: Engine, kept: dict[str, dict[str, str]]) -> int:
    """How many fields do not hold what was acknowledged last."""
    with reading(engine) as connection:
        rows = connection.execute(select(answers.c.sitting_id, answers.c.place, answers.c.fields)).all()
    held = {
        (f"/sittings/{row.sitting_id}", f"{row.place} {name}"): value["values"][0]
        for row in rows
        for name, value in row.fields.items()
    }
    return sum(held.get((path, key)) != value for path, own in kept.items() for key, value in own.items())


def run(
    at: int, pid: int, sitters: list[dict[str, Any]], seconds: float
) -> tuple[dict[str, Any], list[float], float]:
    """What was kept by sitting, seconds waited, CPU seconds a save."""
    busy = cpu(pid)
    told = json.dumps({"port": at, "seconds": seconds, "sitters": sitters})
    command = [sys.executable, "-m", "bench.sitters"]
    said = subprocess.run(command, input=told, stdout=subprocess.PIPE, check=True, text=True).stdout
    results = json.loads(said)
    waited = [seconds for _, _, all_waited, _ in results for seconds in all_waited]
    print("connections opened anew:", sum(again for *_, again in results), flush=True)
    return {path: kept for path, kept, _, _ in results}, waited, (cpu(pid) - busy) / len(waited)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/gradus.db"
        engine = opened(url)
        sitters = seated(engine, SITTERS)
        at = port()
        with server("app.main:create_app", at, DATABASE_URL=url, DATA=folder, SECRET_KEY="bench") as (_, pid):
            run(at, pid, sitters[:50], 2)
            begin = time.perf_counter()
            kept, waited, busy = run(at, pid, sitters, SECONDS)
            took = time.perf_counter() - begin
        print(
            f"{len(waited) / took:.0f} saves a second of {SITTERS} sitters, {len(waited)} in all, {lost(engine, kept)} lost"
        )
        print(
            f"wait: median {median(waited) * 1e3:.0f} ms, 95% under {quantiles(waited, n=20)[-1] * 1e3:.0f} ms, at worst {max(waited) * 1e3:.0f} ms"
        )
        print(f"CPU {busy * 1e3:.2f} ms a save")
        engine.dispose()


if __name__ == "__main__":
    client()
