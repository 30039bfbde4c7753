"""rebuild-progress."""

import typer

from app.commands.terminal import ready_database, say, settings
from app.storage import attempts
from app.storage.database import writing

cli = typer.Typer()


@cli.command("rebuild-progress")
def rebuild_progress() -> None:
    """Derive all progress anew from the attempt log."""
    engine = ready_database(settings())
    with writing(engine) as connection:
        changed = attempts.rebuild_progress(connection)
    say(f"{changed} rows of progress were changed.")
