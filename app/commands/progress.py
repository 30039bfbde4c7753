"""rebuild-progress, regrade."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import track

from app.commands.terminal import console, explained, fail, ready_database, say, settings
from app.storage import attempts
from app.storage.database import reading, writing
from app.study.library import open_library
from app.teaching import regrading

cli = typer.Typer()


@cli.command("rebuild-progress")
def rebuild_progress() -> None:
    """Derive all progress anew from the attempt log."""
    engine = ready_database(settings())
    with writing(engine) as connection:
        changed = attempts.rebuild_progress(connection)
    say(f"{changed} rows of progress were changed.")


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
    with explained():
        library = open_library(engine, chosen.questions)
    asked = library.bank.questions.get(slug)
    if asked is None:
        fail(f"there is no question {slug!r}.")
    newest, now = regrading.Newest.of(library.bank, asked, library.revision_id(asked)), datetime.now(UTC)
    with reading(engine) as connection:
        found = regrading.preview(connection, newest, now, watched)
    for change in found.changes:
        scores = " -> ".join("–" if s is None else f"{s:.0%}" for s in (change.before, change.after))
        say(
            f"{change.name or 'a guest'}: {change.slug}, variant {change.variant}: {scores}",
        )
    for refusal in found.refusals:
        who = f"{refusal.name or 'a guest'}: {refusal.slug}, variant {refusal.variant}"
        say(f"{who}: cannot be marked anew: {refusal.reason.en}")
    say(
        f"{found.judged} answers to older texts: {len(found.changes)} change, {found.unchanged} stay, {len(found.refusals)} cannot be marked anew."
    )
    if correct:
        with writing(engine) as connection:
            done = regrading.apply(connection, newest, now)
        say(f"{len(done.changes)} answers were corrected.")


def watched(people: regrading.People, count: int) -> regrading.People:
    return iter(track(people, "marking anew", count, console=console, transient=True))
