"""A bank of 10,000 questions: import, start, CPU a request and memory beside the 30 alone; a new revision in a second process."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from statistics import median
from urllib.parse import quote, unquote, urlencode

import yaml

from app.questions.bank import load
from app.questions.document import mapping
from app.questions.variant import variant
from bench.pages import FORM, SLUG, answer, cpu, server

COUNT = 10_000
ROUNDS, REQUESTS, PUBLICATIONS = 5, 10, 10
OWNER = "bench"
THINGS = (
    ("菌落照片", "colony photographs"), ("心电图", "electrocardiograms"), ("卫星图像", "satellite images"),
    ("鸟鸣录音", "recordings of birds"), ("路口车流", "traffic counts"), ("手写账本", "handwritten ledgers"),
    ("茶叶等级", "grades of tea"), ("潮位记录", "tide records"), ("旧书扫描", "scans of old books"),
    ("电表读数", "meter readings"), ("影评", "film reviews"), ("零件划痕", "scratches on parts"),
    ("云层分类", "classes of cloud"), ("药盒条码", "bar codes of medicine"), ("棋谱", "records of games"),
    ("果园航拍", "orchards from the air"), ("地震波形", "seismic waves"), ("方言语音", "spoken dialects"),
    ("论文摘要", "abstracts of papers"),
)  # fmt: skip
RARE = "潮位记录第 77"
OWN_PAGES = ("/teach", "/teach/questions", "/teach/questions/new")


def texts(count: int) -> Iterator[tuple[str, str]]:
    """Slug and text of distinct questions: every level of every operation, each time with other numbers and words."""
    bank = load(Path("questions"))
    levels = [question for question in bank if question.level]
    for n in range(count):
        drill = levels[n % len(levels)]
        content = mapping(bank.sources[drill.file], drill.file)
        content |= content.pop("levels")[(drill.level or 1) - 1]
        zh, en = THINGS[n % len(THINGS)]
        content |= {"given": variant(drill, 1 + n // len(levels)).given, "marks": 5}
        content["title"] = {
            "zh": f"{drill.title.zh}：{zh}第 {n} 组",
            "en": f"{drill.title.en}: {en}, set {n}",
        }
        content["prompt"] = {
            "zh": f"为{zh}建模（第 {n} 组）。{drill.prompt.zh}",
            "en": f"A model of {en}, set {n}. {drill.prompt.en}",
        }
        yield (
            f"{drill.slug.removeprefix('drill-')}-{n}",
            yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True),
        )


def app(environment: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(
        command, env=os.environ | environment, check=True, stdout=subprocess.PIPE
    ).stdout.decode()


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def memory(pid: int) -> float:
    """MB resident."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0


class Site:
    """A server with one browser at it, timed from its start to its first answer."""

    def __init__(self, stack: ExitStack, environment: Mapping[str, str]) -> None:
        begin = time.perf_counter()
        self.connection, self.pid = stack.enter_context(server("app.main:create_app", port(), **environment))
        self.cookie = ""
        self.send("GET", "/healthz")
        self.started, self.busy = time.perf_counter() - begin, cpu(self.pid)

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> str:
        headers = {**(FORM if form is not None else {}), "Cookie": self.cookie}
        headers.pop("HX-Request", None)
        self.connection.request(method, path, urlencode(form or {}) if form is not None else None, headers)
        response = self.connection.getresponse()
        page = response.read().decode()
        if response.status not in (HTTPStatus.OK, HTTPStatus.SEE_OTHER):
            sys.exit(f"{method} {path}: {response.status} {page[:300]}")
        self.cookie = (response.getheader("Set-Cookie") or self.cookie).split(";")[0]
        return page

    def sign_in(self, password: str) -> None:
        self.send("POST", "/account/sign-in", {"login": OWNER, "password": password})

    def milliseconds(self, path: str) -> float:
        """CPU of a request."""
        busy = cpu(self.pid)
        for _ in range(REQUESTS):
            self.send("GET", path)
        return (cpu(self.pid) - busy) / REQUESTS * 1e3


def compared(sites: list[Site], path: str) -> None:
    for site in sites:
        site.milliseconds(path)
    rounds = [[site.milliseconds(path) for site in sites] for _ in range(ROUNDS)]
    large, small = (median(column) for column in zip(*rounds, strict=True))
    print(f"{unquote(path):34}{large:10.1f}{small:10.1f}{large / max(small, 0.1):10.1f}", flush=True)


def seen(second: Site, slug: str, word: str) -> float:
    """When the second process first shows the word; it is asked all the time, so its look at the database is never overdue."""
    end = time.perf_counter() + 60
    while word not in second.send("GET", f"/questions/{slug}"):
        if time.perf_counter() > end:
            sys.exit(f"{slug}: the second process does not serve the new revision")
        time.sleep(0.05)
    return time.perf_counter()


def until_second(first: Site, second: Site, slug: str, source: str, n: int) -> float:
    """Seconds from the first process's answer to a publication until the second serves it."""
    address, word = f"/teach/questions/{slug}", f"版本{n}版"
    for site in (first, second):
        site.connection.close()  # an idle one has been closed by the server; this opens anew
    first.send(
        "POST", address, {"view": "source", "source": source.replace("为", f"{word}为", 1), "do": "save"}
    )
    with ThreadPoolExecutor() as pool:
        found = pool.submit(seen, second, slug, word)
        first.send("POST", f"{address}/publish", {"note": word})
        published = time.perf_counter()
        return max(0.0, found.result() - published)


def place(folder: str, name: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder}/{name}.db",
        "DATA": f"{folder}/{name}",
        "SECRET_KEY": "bench",
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bank, alone = place(folder, "bank"), place(folder, "alone")
        made = dict(texts(COUNT))
        files = Path(folder) / "texts"
        files.mkdir()
        for slug, source in made.items():
            (files / f"{slug}.yaml").write_text(source)
        passwords = [app(where, "add-instructor", OWNER).strip() for where in (bank, alone)]
        begin = time.perf_counter()
        app(bank, "import", str(files), "--owner", OWNER, "--publish")
        took = time.perf_counter() - begin
        print(
            f"import {COUNT / took:10.0f} a second ({took:.1f} s for {len(set(made.values()))} texts)",
            flush=True,
        )
        large, small = Site(stack, bank), Site(stack, alone)
        print(f"{'':34}{COUNT:>10}{'the 30':>10}{'ratio':>10}")
        for what, values in (
            ("start, s", (large.started, small.started)), ("start, CPU s", (large.busy, small.busy)),
        ):  # fmt: skip
            print(f"{what:34}{values[0]:10.1f}{values[1]:10.1f}{values[0] / values[1]:10.1f}", flush=True)
        for site in (large, small):
            site.cookie = answer(site.connection, "", "first")
        for path in (
            "/questions", "/questions?q=" + quote("卷积"), "/questions?q=" + quote(RARE), "/questions?topic=convolution",
            "/questions?page=3", "/", f"/questions/{SLUG}", "/progress", "/api/questions",
        ):  # fmt: skip
            compared([large, small], path)
        for site, password in zip((large, small), passwords, strict=True):
            site.sign_in(password)
        for path in OWN_PAGES:
            compared([large, small], path)
        rss = memory(large.pid), memory(small.pid)
        print(f"{'memory, MB':34}{rss[0]:10.0f}{rss[1]:10.0f}{rss[0] / rss[1]:10.1f}", flush=True)
        second = Site(stack, bank)
        chosen = list(made)[:: COUNT // PUBLICATIONS][:PUBLICATIONS]
        waits = [until_second(large, second, slug, made[slug], n) for n, slug in enumerate(chosen)]
        print(f"a new revision in the second process: {median(waits):.2f} s, at worst {max(waits):.2f} s")
