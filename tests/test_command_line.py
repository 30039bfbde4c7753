"""The command line: clear errors, and a server that loses nothing."""

import http.client
import os
import re
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
from tests.teaching.generated import question
from tests.teaching.pictures import diagram, written
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


def test_questions_go_out_and_come_in_again(tmp_path: Path) -> None:
    run(tmp_path, "add-instructor", "Ann")
    bank, out = tmp_path / "bank", tmp_path / "out"
    (bank / "images").mkdir(parents=True)
    (bank / "images" / "square.png").write_bytes(written(diagram()))
    (bank / "a.yaml").write_text(question(1, " ![a square](/images/square.png)"))
    (bank / "b.yaml").write_text(question(2))
    checked = run(tmp_path, "import", str(bank), "--owner", "ann", "--check")
    assert checked.returncode == 0 and "there would be: 2 new, 0 changed" in checked.stderr, checked.stderr
    imported = run(tmp_path, "import", str(bank), "--owner", "ann", "--publish", "--note", "first")
    assert imported.returncode == 0 and "2 new, 0 changed, 0 unchanged." in imported.stderr
    (bank / "b.yaml").write_text(question(3))
    changed = run(tmp_path, "import", str(bank), "--owner", "ANN")
    assert "0 new, 1 changed, 1 unchanged." in changed.stderr
    assert "2 questions" in run(tmp_path, "export", str(out), "--owner", "Ann", "--drafts").stderr
    found = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    assert (out / "b.yaml").read_text() == question(2) and (out / "drafts/b.yaml").read_text() == question(3)
    assert len(found) == 4 and {"a.yaml", "b.yaml", "drafts/b.yaml"} < found
    assert run(tmp_path, "export", str(tmp_path / "one.zip"), "a").returncode == 0
    again = run(tmp_path, "import", str(tmp_path / "one.zip"), "--owner", "Ann", "--publish")
    assert "0 new, 0 changed, 1 unchanged." in again.stderr


def test_an_import_with_problems_lists_them_all_and_keeps_nothing(tmp_path: Path) -> None:
    run(tmp_path, "add-instructor", "Ann")
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "good.yaml").write_text(question(1))
    (bank / "a.yaml").write_text(question(2).replace("marks: 4", "marks: many"))
    (bank / "fcn-parameter-count.yaml").write_text(question(3))
    refused = run(tmp_path, "import", str(bank), "--owner", "Ann")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert "a.yaml:3: marks" in refused.stderr and "good.yaml" not in refused.stderr
    both = run(tmp_path, "import", str(bank / "fcn-parameter-count.yaml"), "--owner", "Ann")
    assert both.returncode == 1 and "comes with the bank" in both.stderr
    assert "0 questions" in run(tmp_path, "export", str(tmp_path / "out")).stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "nowhere.yaml", "--owner", "Ann"), "nowhere.yaml: No such file"),
        (("import", "README.md", "--owner", "Ann"), "cannot be read; pack it again as a zip"),
        (("import", "questions", "--owner", "Bob"), "there is no instructor 'Bob'"),
        (("export", "/dev/null/out", "--owner", "Bob"), "there is no instructor 'Bob'"),
        (("export", "out.zip", "none"), "no such questions: none"),
    ],
)
def test_files_that_cannot_be_are_named(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    run(tmp_path, "add-instructor", "Ann")
    tried = run(tmp_path, *arguments)
    assert tried.returncode == 1 and sentence in tried.stderr and "Traceback" not in tried.stderr
    assert not (ROOT / "out.zip").exists()


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


def test_the_first_run_prints_a_link_for_the_first_instructor_and_logs_it_nowhere(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/g.db", "DATA": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "app",
        "serve",
        "--host",
        "0.0.0.0",  # noqa: S104
        "--port",
        str(port),
        "--workers",
        "2",
    ]
    with log.open("w") as into:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=into, stderr=into)
    try:
        for _ in range(300):
            try:
                if send(port, "GET", "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        (link,) = re.findall(rf"http://127.0.0.1:{port}(/teach/setup/\S+)", log.read_text())
        assert send(port, "GET", link)[0] == 200
        sent = urlencode({"name": "Ann", "email": "", "password": "correct horse"})
        assert send(port, "POST", link, sent)[0] == 303
        assert send(port, "GET", link)[0] == 403
    finally:
        process.terminate()
        process.wait()
    assert log.read_text().count(link) == 1 and "this server's address" in log.read_text()
    engine = connect(f"sqlite:///{tmp_path}/g.db")
    with reading(engine) as connection:
        assert users.has_instructor(connection)
    engine.dispose()


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
