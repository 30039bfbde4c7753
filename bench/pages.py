"""Requests a second and CPU a request of the two hot paths, beside the bare limit in the same run."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

SLUG = "fcn-parameter-count"
PATH = f"/questions/{SLUG}"
RIGHT = {"layers.0": "12", "layers.1": "20", "layers.2": "20", "layers.3": "15", "total": "67"}
ROUNDS, REQUESTS = 5, 200
FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "HX-Request": "true",
    "Sec-Fetch-Site": "same-origin",
}


@contextmanager
def server(factory: str, port: int, **environment: str) -> Iterator[tuple[http.client.HTTPConnection, int]]:
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        factory,
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, env=os.environ | environment)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        for _ in range(1200):
            try:
                connection.connect()
                break
            except OSError:
                time.sleep(0.1)
        yield connection, process.pid
    finally:
        connection.close()
        process.terminate()
        process.wait()


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(connection: http.client.HTTPConnection, cookie: str, number: str) -> str:
    return send(connection, "GET", "", cookie)


def answer(connection: http.client.HTTPConnection, cookie: str, number: str) -> str:
    return send(connection, "POST", urlencode(RIGHT | {"submission": number}), cookie)


def send(connection: http.client.HTTPConnection, method: str, body: str, cookie: str) -> str:
    headers = FORM | {"Cookie": cookie} if body else {"Cookie": cookie}
    try:
        connection.request(method, PATH, body, headers)
    except OSError:  # the server closes what was idle while the other one was measured
        connection.close()
        connection.request(method, PATH, body, headers)
    response = connection.getresponse()
    page = response.read()
    if response.status != 200:
        sys.exit(f"{method} {PATH}: {response.status} {page[:200]!r}")
    return (response.getheader("Set-Cookie") or cookie).split(";")[0]


def measure(what, connection, pid: int, cookie: str, name: str) -> tuple[float, float]:
    """Requests a second, and CPU seconds a request, of one round."""
    begin, busy = time.perf_counter(), cpu(pid)
    for i in range(REQUESTS):
        what(connection, cookie, f"{name}-{i}")
    return REQUESTS / (time.perf_counter() - begin), (cpu(pid) - busy) / REQUESTS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(
            "<!doctype html><title>q</title>" + "<p>{{ entries }} {{ done }} " + "x" * 200 + "</p>" * 40
        )
        gradus = server(
            "app.main:create_app", 8731, DATABASE_URL=f"sqlite:///{folder}/gradus.db", DATA=folder
        )
        limit = server("bench.limit:create_app", 8732, BENCH_DATABASE=f"{folder}/limit.db")
        with gradus as (ours, our_pid), limit as (bare, bare_pid):
            cookie = answer(ours, "", "first")
            answer(bare, "", "first")
            print(f"{'':8}{'Gradus':>22}{'bare limit':>22}{'ratio':>16}")
            print(f"{'':8}{'req/s':>10}{'CPU ms':>12}{'req/s':>10}{'CPU ms':>12}{'req/s':>8}{'CPU':>8}")
            for what in (show, answer):
                for connection, pid, kept in ((ours, our_pid, cookie), (bare, bare_pid, "")):
                    measure(what, connection, pid, kept, "warm")
                rounds = [
                    measure(what, ours, our_pid, cookie, f"r{i}") + measure(what, bare, bare_pid, "", f"r{i}")
                    for i in range(ROUNDS)  # interleaved, so that a busy moment hits both
                ]
                speed, busy, bare_speed, bare_busy = (
                    sorted(column)[ROUNDS // 2] for column in zip(*rounds, strict=True)
                )
                print(
                    f"{what.__name__:8}{speed:10.0f}{busy * 1e3:12.2f}{bare_speed:10.0f}{bare_busy * 1e3:12.2f}"
                    f"{speed / bare_speed:8.2f}{busy / max(bare_busy, 1e-9):8.2f}"
                )
