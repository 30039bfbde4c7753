"""classes, add-class, enrol, results, archive-class."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from sqlalchemy import Connection

from app.accounts import passwords, users
from app.commands.people import OWNER, instructor
from app.commands.terminal import console, explained, fail, ready_database, say, settings, show
from app.storage.database import reading, writing
from app.study.library import open_library
from app.teaching import classes, pasted, roster
from app.teaching.classes import Classroom
from app.teaching.results import class_results, practised_by
from app.teaching.roster import Entry
from app.teaching.sheets import accounts_sheet, mistakes_sheet, students_sheet
from app.teaching.spreadsheet import as_csv, as_xlsx
from app.text import Language

cli = typer.Typer()
Code = Annotated[str, typer.Argument(help="the code by which students join the class")]


@cli.command("classes")
def list_classes(owner: Annotated[str | None, OWNER] = None) -> None:
    """List classes, the newest first, archived ones last."""
    with reading(ready_database(settings())) as connection:
        found = classes.owned_by(connection, instructor(connection, owner) if owner else None)
    show(
        ("code", "name", "owner", "members", "invited", "archived"),
        [
            (of.code, of.name, each.owner, each.joined, each.invited, "archived" if of.archived_at else "")
            for each in found
            for of in [each.classroom]
        ],
    )
    say(f"{len(found)} classes.")


@cli.command("add-class")
def add_class(name: str, owner: Annotated[str, OWNER]) -> None:
    """Make a class and print the code by which students join it."""
    with writing(ready_database(settings())) as connection, explained():
        made = classes.create(connection, instructor(connection, owner), name, datetime.now(UTC))
    say(f"{made.name} is a class that practises the whole bank. Students join it by this code:")
    typer.echo(made.code)


@cli.command()
def enrol(
    code: Code,
    path: Annotated[
        Path, typer.Argument(metavar="ROSTER.csv", help="a list of students; - reads standard input")
    ],
) -> None:
    """Enrol a list of students: all of it, or nothing and every problem is listed.

    New accounts are printed with their passwords as CSV, this once; who has an account is invited."""
    engine = ready_database(settings())
    with explained(str(path)):
        typed = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        lines = pasted.lines(pasted.decoded(typed))
    with reading(engine) as connection:
        classroom = of_code(connection, code)
        entries = roster.planned(connection, users, lines, classroom.id, classroom.owner_id)
    refuse_faulty(path, entries)
    new = [entry for entry in entries if entry.outcome == "new"]
    shown = track(new, "making accounts", console=console, transient=True)
    # outside the transaction: the work of hashing must not keep others from writing
    chosen = {entry.at: passwords.random_with_hash() for entry in shown}
    hashes = {at: kept for at, (_, kept) in chosen.items()}
    with explained(), writing(engine) as connection:
        entries = roster.planned(connection, users, lines, classroom.id, classroom.owner_id)
        roster.enrol(connection, users, entries, hashes, classroom.id, datetime.now(UTC))
    made = [(entry, chosen[entry.at][0]) for entry in entries if entry.outcome == "new"]
    if made:
        typer.echo(as_csv(accounts_sheet(made, "en")), nl=False)
    outcomes = [entry.outcome for entry in entries]
    counts = f"{len(made)} new accounts, {outcomes.count('invite')} invited, {outcomes.count('known')} already there"
    say(f"{classroom.name}: {counts}.")


def refuse_faulty(path: Path, entries: Sequence[Entry]) -> None:
    problems = [f"{path}:{each.at}: {each.name}: {each.problem.en}" for each in entries if each.problem]
    if problems:
        fail(*problems, "Nobody was enrolled.")


@cli.command()
def results(
    code: Code,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="a .csv, or a .xlsx with the mistakes too")],
    language: Annotated[Language, typer.Option(help="of headings and titles")] = "en",
) -> None:
    """Write the results of a class: its students by its questions."""
    if path.suffix.lower() not in (".csv", ".xlsx"):
        fail(f"{path}: the name must end in .csv or .xlsx.")
    chosen = settings()
    engine = ready_database(chosen)
    with explained():
        library = open_library(engine, chosen.questions)
        with reading(engine) as connection:
            classroom = of_code(connection, code)
            questions = practised_by(library.bank, classroom)
            found = class_results(connection, library.bank, classroom, questions)
        students = students_sheet(found, questions, language)
        mistakes = mistakes_sheet(found, library.mistake_title, language)
        csv = path.suffix.lower() == ".csv"
        path.write_bytes(as_csv(students) if csv else as_xlsx([students, mistakes]))
    say(f"{len(found.students)} students and {len(questions)} questions of {classroom.name} are in {path}.")


@cli.command("archive-class")
def archive_class(
    code: Code, undo: Annotated[bool, typer.Option("--undo", help="take it out again")] = False
) -> None:
    """Put a class away, so that nobody can join it."""
    with writing(ready_database(settings())) as connection:
        classroom = of_code(connection, code)
        classes.archive(connection, classroom.id, None if undo else datetime.now(UTC))
    say(f"{classroom.name} is {'in use again' if undo else 'archived'}.")


def of_code(connection: Connection, code: str) -> Classroom:
    found = classes.of_code(connection, code)
    if found is None:
        fail(f"there is no class with the code {code!r}.")
    return found
