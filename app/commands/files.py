"""export, import."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from app.commands.people import OWNER, instructor
from app.commands.terminal import console, explained, fail, ready_database, say, settings
from app.questions.bank import load
from app.storage.database import reading, writing
from app.teaching import archive, files

cli = typer.Typer()


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
    with explained(), reading(engine) as connection:
        owner_id = instructor(connection, owner) if owner else None
        found = files.export(connection, owner_id, slugs or (), drafts)
        written = list(track(write(found, path), "exporting", console=console, transient=True))
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
    with explained():
        own = load(chosen.questions).sources
        brought = archive.in_folder(path) if path.is_dir() else archive.opened(path.name, path.read_bytes())
    found = files.read(brought, side_by_side)
    with explained(), writing(engine) as connection:
        if check:
            summary = files.preview(connection, found, owner_id, own, publish)
        else:
            summary = files.bring_in(connection, found, owner_id, own, publish, note, datetime.now(UTC))
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
