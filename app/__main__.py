"""The command line: python -m app serve | migrate | check | rebuild-progress | regrade | reset-password | add-instructor."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from rich.progress import track
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from app.accounts import passwords, sessions, users
from app.errors import Invalid
from app.grading.check import check as problems_of
from app.questions.bank import load
from app.questions.note import check_note
from app.questions.question import Question
from app.questions.source import BankError
from app.settings import Settings
from app.storage import attempts, database
from app.study.library import open_library
from app.teaching import regrading

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gradus: an exam-prep tutor for deep learning.",
)
console = Console(stderr=True, highlight=False)


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


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="processes", min=1, max=64)] = 1,
) -> None:
    """Create or migrate the database, load the bank, and serve."""
    chosen = settings()
    engine = ready_database(chosen)
    chosen.signing_key()
    try:
        count = len(open_library(engine, chosen.questions).bank.listed)
    except BankError as error:
        fail(*map(str, error.problems))
    engine.dispose()  # each worker opens its own
    console.print(f"Gradus · {count} questions · http://{host}:{port}")
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="info",
        server_header=False,
    )


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    ready_database(settings()).dispose()
    console.print("The database is at the newest schema.")


@cli.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="a folder of questions; default QUESTIONS")] = None,
    variants: Annotated[int, typer.Option(help="variants of each question that varies", min=1)] = 200,
) -> None:
    """Validate every question over many variants, in both languages; list all problems."""
    try:
        bank = load(folder or settings().questions)
    except BankError as error:
        fail(*map(str, error.problems))
    questions = list(bank)
    with ProcessPoolExecutor() as pool:
        listed = pool.map(all_problems, questions, repeat(variants))
        shown = track(listed, "checking", len(questions), console=console, transient=True)
        found = [
            f"{q.slug}: {problem}"
            for q, problems in zip(questions, shown, strict=True)
            for problem in problems
        ]
    found += [problem for note in bank.notes.values() for problem in check_note(note)]
    if found:
        fail(*found)
    varying = sum(question.varies for question in bank)
    console.print(
        f"{len(bank.questions)} questions and drills are in order, {varying} of them over {variants} variants each."
    )


def all_problems(question: Question, variants: int) -> list[str]:
    return [problem.en for problem in problems_of(question, variants)]


@cli.command("rebuild-progress")
def rebuild_progress() -> None:
    """Derive all progress anew from the attempt log."""
    engine = ready_database(settings())
    with database.writing(engine) as connection:
        changed = attempts.rebuild_progress(connection)
    console.print(f"{changed} rows of progress were changed.")


@cli.command()
def regrade(
    slug: Annotated[str, typer.Argument(help="the question that was corrected")],
    correct: Annotated[
        bool, typer.Option("--apply", help="correct the marks, not only say what would change")
    ] = False,
) -> None:
    """Mark anew, by the newest text of a question, what was answered to older ones."""
    chosen = settings()
    engine = ready_database(chosen)
    try:
        library = open_library(engine, chosen.questions)
    except BankError as error:
        fail(*map(str, error.problems))
    asked = library.bank.questions.get(slug)
    if asked is None:
        fail(f"there is no question {slug!r}.")
    newest, now = regrading.Newest.of(library.bank, asked, library.revision_id(asked)), datetime.now(UTC)
    with database.reading(engine) as connection:
        found = regrading.preview(connection, newest, now, watched)
    for change in found.changes:
        scores = " -> ".join("–" if s is None else f"{s:.0%}" for s in (change.before, change.after))
        console.print(
            f"{change.name or 'a guest'}: {change.slug}, variant {change.variant}: {scores}", markup=False
        )
    for refusal in found.refusals:
        who = f"{refusal.name or 'a guest'}: {refusal.slug}, variant {refusal.variant}"
        console.print(f"{who}: cannot be marked anew: {refusal.reason.en}", markup=False)
    console.print(
        f"{found.judged} answers to older texts: {len(found.changes)} change, {found.unchanged} stay, {len(found.refusals)} cannot be marked anew."
    )
    if correct:
        with database.writing(engine) as connection:
            done = regrading.apply(connection, newest, now)
        console.print(f"{len(done.changes)} answers were corrected.")


def watched(people: regrading.People, count: int) -> regrading.People:
    return iter(track(people, "marking anew", count, console=console, transient=True))


NameOrEmail = Annotated[str, typer.Argument(metavar="NAME", help="name or e-mail of the account")]


@cli.command("reset-password")
def reset_password(name: NameOrEmail) -> None:
    """Give an account a new random password, printed once; it is signed out everywhere."""
    engine, password = ready_database(settings()), passwords.random_password()
    kept = passwords.hashed(password)
    with database.writing(engine) as connection:
        user = users.by_login(connection, name)
        if user is None:
            fail(f"there is no account {name!r}.")
        users.set_password(connection, user, kept)
        sessions.end_all(connection, user)
    console.print(f"{user.name} is signed out everywhere. The new password:", markup=False)
    typer.echo(password)


@cli.command("add-instructor")
def add_instructor(name: NameOrEmail) -> None:
    """Make an account an instructor's; a new one gets a random password, printed once."""
    engine, password = ready_database(settings()), passwords.random_password()
    kept = passwords.hashed(password)
    with database.writing(engine) as connection:
        user = users.by_login(connection, name)
        if user is not None:
            users.set_role(connection, user, "instructor")
        else:
            try:
                chosen = users.checked_name(name)
            except Invalid as error:
                fail(error.message.en)
            users.register(connection, chosen, None, kept, datetime.now(UTC), "instructor")
    if user is not None:
        console.print(f"{user.name} is an instructor.", markup=False)
        return
    console.print(f"{chosen} is an instructor, with a new account. Its password:", markup=False)
    typer.echo(password)


if __name__ == "__main__":
    cli()
