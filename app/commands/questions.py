"""check, export, import."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from sqlalchemy import Connection

from app.accounts import users
from app.commands.terminal import console, fail, ready_database, say, settings
from app.errors import GradusError
from app.grading.check import check as problems_of
from app.questions.bank import load
from app.questions.note import check_note
from app.questions.question import Question
from app.questions.source import BankError
from app.storage.database import reading, writing
from app.teaching import archive, files

cli = typer.Typer()


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
    say(
        f"{len(bank.questions)} questions and drills are in order, {varying} of them over {variants} variants each."
    )


def all_problems(question: Question, variants: int) -> list[str]:
    return [problem.en for problem in problems_of(question, variants)]


OWNER = typer.Option("--owner", metavar="NAME", help="name or e-mail of the instructor")


@cli.command()
def export(
    path: Annotated[Path, typer.Argument(help="a folder, or a .zip to be written")],
    slugs: Annotated[
        list[str] | None, typer.Argument(metavar="[SLUG]...", help="these questions only")
    ] = None,
    owner: Annotated[str | None, OWNER] = None,
    drafts: Annotated[bool, typer.Option("--drafts", help="also what is not yet published")] = False,
) -> None:
    """Write instructors' questions with their images as files."""
    engine = ready_database(settings())
    with reading(engine) as connection:
        owner_id = instructor(connection, owner) if owner else None
        try:
            found = files.export(connection, owner_id, slugs or (), drafts)
            written = list(track(write(found, path), "exporting", console=console, transient=True))
        except GradusError as error:
            fail(error.message.en)
        except OSError as error:
            fail(f"{path}: {error.strerror}")
    count = len({Path(name).stem for name in written if name.endswith(archive.TEXTS)})
    say(f"{count} questions are in {path}, in {len(written)} files.")


def write(found: archive.Written, path: Path) -> Iterator[str]:
    if path.suffix.lower() != ".zip":
        yield from archive.unfold(found, path)
        return
    with path.open("wb") as into:
        yield from archive.pack(found, into, datetime.now(UTC))


@cli.command("import")
def import_files(
    path: Annotated[Path, typer.Argument(help="a .yaml, a .zip, or a folder of them")],
    owner: Annotated[str, OWNER],
    publish: Annotated[
        bool, typer.Option("--publish", help="publish them, instead of keeping drafts")
    ] = False,
    note: Annotated[str, typer.Option(help="why, for the history of each question")] = "",
    check: Annotated[bool, typer.Option("--check", help="only say what would happen")] = False,
) -> None:
    """Take in questions with their images: all of them, or none and every problem is listed."""
    chosen = settings()
    engine = ready_database(chosen)
    with reading(engine) as connection:
        owner_id = instructor(connection, owner)
    try:
        own = load(chosen.questions).sources
        brought = archive.in_folder(path) if path.is_dir() else archive.opened(path.name, path.read_bytes())
    except BankError as error:
        fail(*map(str, error.problems))
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    found = files.read(brought, side_by_side)
    try:
        with writing(engine) as connection:
            if check:
                summary = files.preview(connection, found, owner_id, own, publish)
            else:
                summary = files.bring_in(connection, found, owner_id, own, publish, note, datetime.now(UTC))
    except GradusError as error:
        fail(error.message.en)
    if summary.problems:
        fail(*map(str, summary.problems))
    counts = ", ".join(f"{len(summary.slugs(state))} {state}" for state in files.STATES)
    say(f"Nothing was changed; there would be: {counts}." if check else f"{counts}.")


def side_by_side(
    check: Callable[[files.Entry], files.Checked], entries: Sequence[files.Entry]
) -> Iterator[files.Checked]:
    with ProcessPoolExecutor() as pool:
        listed = pool.map(check, entries, chunksize=50)
        yield from track(listed, "reading", len(entries), console=console, transient=True)


def instructor(connection: Connection, name: str) -> int:
    user = users.by_login(connection, name)
    if user is None or user.role != "instructor":
        fail(f"there is no instructor {name!r}.")
    return user.id
