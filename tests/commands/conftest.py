"""A terminal: commands run in this process, on a database and a folder of questions of their own."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine
from typer.testing import CliRunner

from app.__main__ import cli
from app.accounts import users
from app.storage.database import connect, migrate, writing
from tests.teaching.generated import question

Run = Callable[..., Result]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The server's own folder of questions, which has one."""
    made = tmp_path / "questions"
    made.mkdir()
    (made / "of-the-folder.yaml").write_text(question(1), encoding="utf-8")
    return made


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """With Ann and Ben, who teach."""
    made = connect(f"sqlite:///{tmp_path}/gradus.db")
    migrate(made)
    with writing(made) as connection:
        for name in ("Ann", "Ben"):
            users.register(connection, name, None, "a hash", NOW, "instructor")
    yield made
    made.dispose()


@pytest.fixture
def run(tmp_path: Path, database: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; a failure has a sentence and never a traceback."""
    for name in set(os.environ) & {"DATABASE_URL", "DATA", "QUESTIONS", "SECRET_KEY"}:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/gradus.db")
    monkeypatch.setenv("DATA", str(tmp_path))
    monkeypatch.setenv("QUESTIONS", str(folder))

    def ran(*arguments: str, typed: bytes = b"", code: int = 0) -> Result:
        result = CliRunner().invoke(cli, arguments, input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        assert code == 0 or (result.stderr.strip() and not result.stdout)
        return result

    return ran


def lines(result: Result) -> list[list[str]]:
    """What a program reads."""
    return [line.split("\t") for line in result.stdout.splitlines()]
