"""questions, check."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from sqlalchemy import Connection

from app.commands.people import OWNER, instructor
from app.commands.terminal import console, fail, ready_database, say, settings, show
from app.questions import bank
from app.questions.note import Note, check_note
from app.questions.question import Question
from app.questions.source import BankError
from app.storage import revisions
from app.storage.database import reading
from app.teaching import authoring
from app.teaching.authoring import Authored
from app.teaching.health import VARIANTS, problems_of

cli = typer.Typer()


@cli.command("questions")
def list_questions(owner: Annotated[str | None, OWNER] = None) -> None:
    """List instructors' questions, last edited first."""
    with reading(ready_database(settings())) as connection:
        found = authoring.listed(connection, instructor(connection, owner) if owner else None)
    show(
        ("slug", "title", "state", "owner"),
        [(each.slug, each.title and each.title.en, state(each), each.owner) for each in found],
    )
    say(f"{len(found)} questions.")


def state(listed: authoring.Listed) -> str:
    return listed.state + ", unpublished changes" * (listed.edited and listed.state != "draft")


@cli.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FOLDER|FILE.yaml|SLUG]...",
            help="folders, files, or instructors' questions; default the folder QUESTIONS",
        ),
    ] = None,
    variants: Annotated[int, typer.Option(help="variants of each question that varies", min=1)] = VARIANTS,
) -> None:
    """Validate every question over many variants, in both languages; list all problems."""
    questions, notes, problems = list[Question](), list[Note](), list[str]()
    wanted: Sequence[str | None] = names or [None]
    for name in wanted:
        try:
            named_questions, named_notes = named(name)
            questions += named_questions
            notes += named_notes
        except BankError as error:
            problems += map(str, error.problems)
        except OSError as error:
            problems.append(f"{error.filename}: {error.strerror}")
    problems += faults(questions, variants)
    problems += [problem for note in notes for problem in check_note(note)]
    if problems:
        fail(*problems)
    varying = sum(question.varies for question in questions)
    say(
        f"{len(questions)} questions and drills are in order, {varying} of them over {variants} variants each."
    )


def named(name: str | None) -> tuple[list[Question], list[Note]]:
    """What a folder, a file or a slug holds; without a name, the folder QUESTIONS."""
    if name is None or Path(name).is_dir():
        loaded = bank.load(Path(name) if name else settings().questions)
        return list(loaded), list(loaded.notes.values())
    if name.endswith((".yaml", ".yml")):
        return bank.read(Path(name), name, levels=Path(name).resolve().parent.name == "drills")[1], []
    with reading(ready_database(settings())) as connection:
        if revisions.question(connection, name) is None:
            fail(f"there is no folder {name!r}, and no instructor has a question of this name.")
        return authoring.read(authoring.found(connection, name).source, name), []


def opened(connection: Connection, slugs: Sequence[str]) -> list[Authored]:
    """These questions of instructors, each once: whoever has the server may act as the owner."""
    wanted = list(dict.fromkeys(slugs))
    known = revisions.questions_named(connection, wanted)
    if missing := [slug for slug in wanted if slug not in known]:
        fail(*(f"no instructor has a question {slug!r}." for slug in missing))
    return [authoring.found(connection, slug) for slug in wanted]


def faults(questions: Sequence[Question], variants: int = VARIANTS) -> list[str]:
    """All that is wrong with the questions over their first variants."""
    with ProcessPoolExecutor() as pool:
        listed = pool.map(all_problems, questions, repeat(variants))
        return list(watched(listed, len(questions)))


def watched(listed: Iterator[list[str]], count: int) -> Iterator[str]:
    for problems in track(listed, "checking", count, console=console, transient=True):
        yield from problems


def all_problems(question: Question, variants: int) -> list[str]:
    return [f"{question.slug}: {problem.en}" for problem in problems_of([question], variants)]
