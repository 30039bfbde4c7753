"""publish, retire, history, roll-back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.commands.questions import faults, opened
from app.commands.terminal import explained, fail, ready_database, say, settings, show
from app.questions.question import Question
from app.questions.source import BankError
from app.storage.database import reading, writing
from app.study.library import open_library
from app.teaching import authoring, publishing
from app.teaching.authoring import Authored
from app.teaching.health import VARIANTS

cli = typer.Typer()
Slug = Annotated[str, typer.Argument(help="an instructor's question")]
Note = Annotated[str, typer.Option(help="why, for the history of the question")]


@cli.command()
def publish(
    slugs: Annotated[
        list[str], typer.Argument(metavar="SLUG...", help="questions with something to publish")
    ],
    note: Note = "",
) -> None:
    """Check drafts over many variants and publish them: all, or none and every problem is listed."""
    chosen = settings()
    engine = ready_database(chosen)
    with explained():
        folder = open_library(engine, chosen.questions).folder
    with reading(engine) as connection:
        drafts = opened(connection, slugs)
    refuse_faulty(drafts, folder)
    with writing(engine) as connection:
        for draft in drafts:
            with explained(draft.slug):
                question = authoring.found(connection, draft.slug)
                if question.source != draft.source:
                    fail(f"{draft.slug} was edited meanwhile, and nothing was published; publish again.")
                publishing.publish(
                    connection, question, draft.source, question.owner_id, note, datetime.now(UTC)
                )
    say(f"Published, after {VARIANTS} variants of each that varies: {', '.join(q.slug for q in drafts)}.")


def refuse_faulty(drafts: Sequence[Authored], folder: frozenset[str]) -> None:
    """End with every problem of drafts that cannot be published."""
    questions, problems = list[Question](), list[str]()
    for draft in drafts:
        if draft.slug in folder:
            problems.append(f"{draft.slug}: {authoring.SLUG_TAKEN.en}")
        if authoring.tidy(draft.source) == draft.published:
            problems.append(f"{draft.slug}: {publishing.UNCHANGED.en}")
            continue
        try:
            questions += authoring.read(authoring.tidy(draft.source), draft.slug)
        except BankError as error:
            problems += map(str, error.problems)
    if problems := problems + faults(questions):
        fail(*problems, "Nothing was published.")


@cli.command()
def retire(slug: Slug, note: Note = "") -> None:
    """Take a question from students; what they answered stays."""
    with writing(ready_database(settings())) as connection, explained(slug):
        (question,) = opened(connection, [slug])
        publishing.retire(connection, question, question.owner_id, note, datetime.now(UTC))
    say(f"{slug} is retired.")


@cli.command()
def history(slug: Slug) -> None:
    """List the versions of a question, the newest first."""
    with reading(ready_database(settings())) as connection:
        opened(connection, [slug])
        versions = publishing.versions(connection, slug)
    show(
        ("number", "time (UTC)", "author", "state", "note"),
        [
            (len(versions) - i, f"{each.at:%Y-%m-%d %H:%M}", each.author, state(each), each.note)
            for i, each in enumerate(versions)
        ],
    )
    if not versions:
        say(f"{slug} was never published.")


def state(version: publishing.Version) -> str:
    return "retired" if version.revision_id is None else "current" if version.current else ""


@cli.command("roll-back")
def roll_back(
    slug: Slug,
    number: Annotated[int, typer.Argument(help="of the version, as `history` lists it", min=1)],
    note: Note = "",
) -> None:
    """Publish an earlier version of a question again; a draft stays as it is."""
    with writing(ready_database(settings())) as connection, explained(slug):
        (question,) = opened(connection, [slug])
        versions = publishing.versions(connection, slug)[::-1]
        wanted = versions[number - 1] if number <= len(versions) else None
        if wanted is None or wanted.revision_id is None:
            fail(f"{slug} has no version {number} with a text; see `history {slug}`.")
        publishing.roll_back(connection, question, wanted.id, question.owner_id, note, datetime.now(UTC))
    say(f"Students see version {number} of {slug} again.")
