"""What every command needs: the terminal, the settings, the database, and a clear way to fail."""

from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from app.settings import Settings
from app.storage import database

console = Console(stderr=True, highlight=False)


def say(sentence: str) -> None:
    console.print(sentence, markup=False, soft_wrap=True)


def fail(*sentences: str) -> NoReturn:
    for sentence in sentences:
        console.print(sentence, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


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
