"""A running server and a real Chromium; a clear sentence when there is none."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    installed = next(
        filter(None, map(shutil.which, ("chromium", "chromium-headless-shell", "google-chrome"))), None
    )
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        except Error as error:
            remedy = "the browser tests need Chromium: apt-get install chromium fonts-noto-cjk"
            if os.environ.get("CI"):
                pytest.fail(f"{remedy} ({error})", pytrace=False)
            pytest.skip(remedy)
        yield launched
        launched.close()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[FastAPI, str]]:
    """A server with a database of its own, and its address."""
    app = create_app(
        Settings(
            database_url=f"sqlite:///{folder}/gradus.db",
            data=folder,
            secret_key="tests",
            questions=ROOT / "questions",
        )
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield app, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server")) as (_, address):
        yield address


Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """Opens a path as a new visitor; any console error or CSP violation fails the test, unless troubles are asked for."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def opened(
        path: str,
        *,
        width: int = 1280,
        theme: str = "light",
        language: str = "zh",
        javascript: bool = True,
        troubles: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=javascript,
            base_url=address,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        page = context.new_page()
        if not troubles:
            page.on(
                "console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None
            )
            page.on("pageerror", lambda error: heard.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not [trouble for trouble in heard if "status of 4" not in trouble]


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, one line each."""
    page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run({runOnly: tags})", tags)["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]


def own_scripts(page: Page) -> int:
    """Bytes of our own scripts that the page has loaded."""
    return int(
        page.evaluate(
            "performance.getEntriesByType('resource')"
            ".filter(({ name }) => /static.*js/.test(name) && !name.includes('/vendor/'))"
            ".reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0)"
        )
    )
