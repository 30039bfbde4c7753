"""`kill -9` among acknowledged saves and answers, and the server again: none lost, none doubled; ten rounds."""

import http.client
import os
import random
import signal
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from app.storage.attempts import rebuild_progress
from app.storage.database import writing
from app.storage.tables import answers, attempts, sittings
from bench.bank import port
from bench.pages import SLUG, server
from bench.papers import Browser, long_paper, opened

ROUNDS, ACKNOWLEDGED, CLIENTS, PLACES = 10, 2000, 8, 5
FIELDS = ("layers.0", "layers.1", "layers.2", "layers.3", "total")
CUT_OFF = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Sent:
    """One thing that a client wants kept: a field of a paper, or an answer while practising."""

    number: int  # of this client's, which is also what is typed
    at: float
    path: str
    form: dict[str, str]


class Client(ABC):
    """A learner in a browser that sends one thing after the other, and knows which were acknowledged."""

    def __init__(self, name: str) -> None:
        self.name, self.acknowledged = name, list[Sent]()
        self.pending: Sent | None = None

    def arrive(self, port: int, code: str) -> None:
        self.browser = Browser(port)

    @abstractmethod
    def compose(self, number: int) -> Sent: ...

    def send(self, sent: Sent) -> None:
        """A second time, it says how long ago it was typed."""
        self.pending = sent
        age = f'{{"{next(iter(sent.form))}": {1000 * (time.time() - sent.at):.0f}}}'
        status, page = self.browser.send("POST", sent.path, sent.form | {"@ages": age})
        if status not in (200, 303):
            raise SystemExit(f"{sent.path}: {status} {page[:300]}")
        self.acknowledged.append(sent)
        self.pending = None

    def run(self) -> None:
        """Until the server is gone."""
        try:
            while True:
                self.send(self.compose(len(self.acknowledged) + 1))
        except CUT_OFF:
            pass

    def resume(self, port: int) -> None:
        """At the server that has come back: what was not acknowledged is sent again, and one thing more."""
        self.browser.move(port)
        if self.pending:
            self.send(self.pending)
        self.send(self.compose(len(self.acknowledged) + 1))


class Sitter(Client):
    def arrive(self, port: int, code: str) -> None:
        super().arrive(port, code)
        self.address = self.browser.sit(code)

    def compose(self, number: int) -> Sent:
        place, name = 1 + number % PLACES, FIELDS[number % len(FIELDS)]
        return Sent(number, time.time(), f"{self.address}/{place}", {name: str(number), "@tab": self.name})

    def resume(self, port: int) -> None:
        super().resume(port)
        for method, path in (("POST", f"{self.address}/hand-in"), ("GET", self.address)):
            status, page = self.browser.send(method, path, {} if method == "POST" else None)
            if status not in (200, 303):
                raise SystemExit(f"{path}: {status} {page[:300]}")


class Practiser(Client):
    def compose(self, number: int) -> Sent:
        key = f"{self.name}-{number}"
        return Sent(number, time.time(), f"/questions/{SLUG}", {"total": str(number), "submission": key})


@dataclass(frozen=True)
class Found:
    lost: int
    doubled: int
    wrong_progress: int

    @property
    def good(self) -> bool:
        return self == Found(0, 0, 0)


def examined(engine: Engine, clients: list[Client]) -> Found:
    """What the database holds against what was acknowledged."""
    lost = doubled = 0
    with writing(engine) as connection:
        log: dict[str, list[str]] = {}
        for row in connection.execute(select(attempts.c.submission, attempts.c.responses)):
            log.setdefault(row.submission.split(":")[0], []).append(row.responses.get("total", ""))
        papers: dict[tuple[str, str], tuple[dict[str, str], int]] = {}
        for row in connection.execute(select(answers, sittings.c.id).join(sittings)):
            held = {name: field["values"][0] for name, field in row.fields.items()}
            papers[f"/sittings/{row.sitting_id}/{row.place}", ""] = held, row.version
        for client in clients:
            sent = [*client.acknowledged, *([client.pending] if client.pending else [])]
            if isinstance(client, Practiser):
                for each in sent:
                    kept = log.get(each.form["submission"], [])
                    lost += each in client.acknowledged and kept[:1] != [each.form["total"]]
                    doubled += len(kept) > 1
            else:
                a, b = saved(client, sent, {path: held for (path, _), held in papers.items()})
                lost, doubled = lost + a, doubled + b
        return Found(lost, doubled, rebuild_progress(connection))


def saved(client: Client, sent: list[Sent], papers: dict[str, tuple[dict[str, str], int]]) -> tuple[int, int]:
    """How many fields are not what was acknowledged last or sent after it, and how many places changed too often."""
    lost = doubled = 0
    for path in {each.path for each in sent}:
        held, version = papers.get(path, ({}, 0))
        here = [each for each in sent if each.path == path]
        known = [each for each in here if each is not client.pending]
        for name in {next(iter(each.form)) for each in known}:
            newest = max(each.number for each in known if name in each.form)
            lost += int(held.get(name, "0")) < newest
        lost += version < len(known)
        doubled += version > len(here)
    return lost, doubled


def played(folder: str, name: str, most: int) -> tuple[int, Found]:
    """One round: how much was acknowledged before the server was killed, and what was found afterwards."""
    url = f"sqlite:///{folder}/gradus.db"
    where = {"DATABASE_URL": url, "DATA": folder, "SECRET_KEY": "bench"}
    engine = opened(url)
    code = long_paper(engine, PLACES, [SLUG])
    clients: list[Client] = [(Sitter if i % 2 else Practiser)(f"{name}-{i}") for i in range(CLIENTS)]
    until = random.randint(most * 3 // 4, most * 5 // 4)
    with ThreadPoolExecutor(CLIENTS) as pool:
        at = port()
        with server("app.main:create_app", at, **where) as (_, pid):
            for client in clients:
                client.arrive(at, code)
            running = [pool.submit(client.run) for client in clients]
            while (count := sum(len(client.acknowledged) for client in clients)) < until:
                if any(each.done() for each in running):
                    break
                time.sleep(random.random() / 100)
            os.kill(pid, signal.SIGKILL)
            for each in running:
                each.result()
        count, before = sum(len(client.acknowledged) for client in clients), examined(engine, clients)
        at = port()
        with server("app.main:create_app", at, **where):
            list(pool.map(lambda client: client.resume(at), clients))
            for client in clients:
                client.browser.connection.close()
        after = examined(engine, clients)
    engine.dispose()
    found = Found(*(a + b for a, b in zip(vars(before).values(), vars(after).values(), strict=True)))
    return count, found


def main() -> None:
    total, good = 0, True
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, ROUNDS + 1):
            count, found = played(folder, f"round-{number}", ACKNOWLEDGED)
            total, good = total + count, good and found.good
            print(
                f"round {number:2}: killed after {count} acknowledged; {found.lost} lost, {found.doubled} doubled,"
                f" {found.wrong_progress} rows of progress wrong",
                flush=True,
            )
        size = Path(folder, "gradus.db").stat().st_size / 1024**2
    print(
        f"{total} acknowledged in {ROUNDS} rounds ({size:.0f} MB): {'all' if good else 'NOT ALL'} there, once"
    )
    if not good:
        sys.exit(1)
