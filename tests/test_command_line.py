"""The command line: clear errors, and a server that loses nothing."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.accounts import passwords, sessions, users
from app.questions.variant import variant
from app.storage.attempts import progress_of
from app.storage.database import connect, migrate, reading, writing
from app.study import practice
from app.study.library import open_library
from app.study.practice import Entry
from tests.teaching.questions import RIGHT, SLUG, WRONG

ROOT = Path(__file__).parents[1]
NINE = "/questions/fcn-parameter-count"


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{folder}/g.db", "DATA": str(folder)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_migrate_and_rebuild_progress(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    rebuilt = run(tmp_path, "rebuild-progress")
    assert rebuilt.returncode == 0 and "0 rows" in rebuilt.stderr


def test_check_lists_every_problem_with_file_and_line(tmp_path: Path) -> None:
    shutil.copy(ROOT / "questions" / "fcn-parameter-count.yaml", tmp_path / "good.yaml")
    broken = (tmp_path / "good.yaml").read_text().replace("number: 9\n", "number: 10\n")
    (tmp_path / "a.yaml").write_text(broken.replace("response: number\n", "response: numbr\n"))
    (tmp_path / "b.yaml").write_text(broken.replace("widths: [2, 4, 4, 4, 3]", "widths: [2, 0]"))
    (tmp_path / "c.yaml").write_text("title: [\n")
    (tmp_path / "d.yaml").write_text(broken.replace("marks: 4\n", "").replace("total of", "{{ nothing }}"))
    checked = run(tmp_path, "check", str(tmp_path))
    assert checked.returncode == 1
    for file in ("a.yaml:", "b.yaml:", "c.yaml:", "d.yaml:"):
        assert file in checked.stderr, checked.stderr
    assert "good.yaml" not in checked.stderr
    assert "Traceback" not in checked.stderr


def test_serving_a_faulty_bank_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("title: 1\n")
    served = run(tmp_path, "serve", QUESTIONS=str(tmp_path))
    assert served.returncode == 1 and "a.yaml:1: title" in served.stderr and "Traceback" not in served.stderr


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////dev/null/all.db", "postgresql://127.0.0.1:1/none"])
def test_a_database_that_cannot_be_used_is_named(tmp_path: Path, url: str) -> None:
    migrated = run(tmp_path, "migrate", DATABASE_URL=url)
    assert (
        migrated.returncode == 1 and "DATABASE_URL" in migrated.stderr and "Traceback" not in migrated.stderr
    )


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    served = run(tmp_path, "migrate", GRADING_PER_MINUTE="often")
    assert served.returncode == 1 and "GRADING_PER_MINUTE" in served.stderr


def test_a_reset_password_is_printed_once_and_ends_sessions(tmp_path: Path) -> None:
    made = run(tmp_path, "add-instructor", "Ann Li")
    first = made.stdout.strip()
    assert made.returncode == 0 and "Ann Li is an instructor" in made.stderr and len(first) == 16
    again = run(tmp_path, "add-instructor", "ANN LI")
    assert again.returncode == 0 and again.stdout == "" and "Ann Li is an instructor" in again.stderr
    engine = connect(f"sqlite:///{tmp_path}/g.db")
    with writing(engine) as connection:
        user = users.by_login(connection, "ann li")
        assert user and user.role == "instructor" and passwords.matches(first, user.password_hash)
        sessions.start(connection, user, datetime.now(UTC))
    reset = run(tmp_path, "reset-password", "ann li")
    second = reset.stdout.strip()
    assert reset.returncode == 0 and len(second) == 16 and second not in (first, reset.stderr)
    with reading(engine) as connection:
        user = users.by_login(connection, "ann li")
        assert user and sessions.count(connection, user, datetime.now(UTC)) == 0
    engine.dispose()
    assert passwords.matches(second, user.password_hash) and not passwords.matches(first, user.password_hash)


def test_a_student_becomes_an_instructor_with_password_and_work_untouched(tmp_path: Path) -> None:
    assert run(tmp_path, "migrate").returncode == 0
    engine = connect(f"sqlite:///{tmp_path}/g.db")
    with writing(engine) as connection:
        before = users.register(connection, "Bob", "bob@example.org", "a hash", datetime.now(UTC))
    assert run(tmp_path, "add-instructor", "bob@example.org").returncode == 0
    with reading(engine) as connection:
        after = users.by_login(connection, "Bob")
    engine.dispose()
    assert after == replace(before, role="instructor")


def test_a_corrected_file_is_marked_anew_when_asked_to(tmp_path: Path) -> None:
    file = tmp_path / f"{SLUG}.yaml"
    file.write_text(WRONG)
    engine = connect(f"sqlite:///{tmp_path}/g.db")
    migrate(engine)
    library = open_library(engine, tmp_path)
    question = library.question(SLUG)
    with writing(engine) as connection:
        ann = users.register(connection, "Ann", None, "a hash", datetime.now(UTC))
        entry = Entry(
            ann.learner_id, library.revision_id(question), variant(question), "a", datetime.now(UTC)
        )
        practice.answer(connection, entry, {"total": "27"})
    file.write_text(RIGHT)
    folder = {"QUESTIONS": str(tmp_path)}
    told = run(tmp_path, "regrade", SLUG, **folder)
    assert told.returncode == 0 and f"Ann: {SLUG}, variant 0: 0% -> 75%" in told.stderr
    assert "1 answers to older texts: 1 change, 0 stay" in told.stderr and "were corrected" not in told.stderr
    assert "1 answers were corrected" in run(tmp_path, "regrade", SLUG, "--apply", **folder).stderr
    assert "0 answers were corrected" in run(tmp_path, "regrade", SLUG, "--apply", **folder).stderr
    with reading(engine) as connection:
        assert progress_of(connection, ann.learner_id)[SLUG].best == 0.75
    engine.dispose()
    assert "0 rows" in run(tmp_path, "rebuild-progress").stderr
    unknown = run(tmp_path, "regrade", "nowhere", **folder)
    assert unknown.returncode == 1 and "nowhere" in unknown.stderr and "Traceback" not in unknown.stderr


@pytest.mark.parametrize("arguments", [("reset-password", "nobody"), ("add-instructor", "<script>")])
def test_a_name_that_cannot_be_used_is_said(tmp_path: Path, arguments: tuple[str, str]) -> None:
    tried = run(tmp_path, *arguments)
    assert tried.returncode == 1 and tried.stderr.strip() and tried.stdout == ""
    assert "Traceback" not in tried.stderr


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/g.db", "DATA": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        try:
            if send(port, "GET", "/healthz")[0] == 200:
                return process
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def send(port: int, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    form = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"} if body else {}
    try:
        connection.request(method, path, body or None, form | {"Cookie": cookie})
        response = connection.getresponse()
        return (
            response.status,
            response.read().decode(),
            (response.getheader("Set-Cookie") or "").split(";")[0],
        )
    finally:
        connection.close()


def test_killing_the_server_right_after_a_marked_answer_loses_nothing(tmp_path: Path) -> None:
    port, cookie = free_port(), ""
    for round_, total in enumerate(("60", "61", "67")):
        process = serve(tmp_path, port)
        try:
            sent = urlencode({"total": total, "submission": f"round{round_}"})
            status, page, kept = send(port, "POST", NINE, sent, cookie)
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
        cookie = kept or cookie
        assert status == 200 and total in page
    process = serve(tmp_path, port)
    try:
        _, page, _ = send(port, "GET", NINE, cookie=cookie)
        _, progress, _ = send(port, "GET", "/progress", cookie=cookie)
    finally:
        process.terminate()
        process.wait()
    assert 'value="67"' in page and "<td>3</td>" in progress
    assert "0 rows" in run(tmp_path, "rebuild-progress").stderr
