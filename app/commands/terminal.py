"""What every command needs: the terminal, the settings, the database, and a clear way to fail."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from app.errors import GradusError
from app.questions.source import BankError
from app.settings import Settings
from app.storage import database

console = Console(stderr=True, highlight=False)


def say(sentence: str) -> None:
    console.print(sentence, markup=False, soft_wrap=True)


def fail(*sentences: str) -> NoReturn:
    for sentence in sentences:
        console.print(sentence, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


@contextmanager
def explained(about: str = "") -> Iterator[None]:
    """What goes wrong in the block ends the command with its sentences, in which `about` comes first."""
    try:
        yield
    except BankError as error:
        fail(*map(str, error.problems))
    except GradusError as error:
        fail(f"{about}: {error.message.en}" if about else error.message.en)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def show(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output: aligned for people; for programs a line a row, with tabs and no heading."""
    lines = [[printable(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        for line in lines:
            typer.echo("\t".join(line))
        return
    table = Table(*heading, box=None, header_style="bold", pad_edge=False)
    for line in lines:
        table.add_row(*map(Line, line))
    Console(highlight=False).print(table)


def printable(value: object) -> str:
    """One line without what could steer a terminal."""
    words = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        fail(*(f"setting {'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))


def ready_database(chosen: Settings) -> Engine:
    """The database at its newest schema."""
    try:
        engine = database.connect(chosen.url)
        database.migrate(engine)
    except (ArgumentError, SQLAlchemyError, OSError) as error:
        fail(f"DATABASE_URL: the database cannot be used: {str(error).splitlines()[0]}")
    return engine
