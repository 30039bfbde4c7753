"""serve, migrate."""

from typing import Annotated

import typer
import uvicorn
from sqlalchemy import Engine

from app.accounts import setup, users
from app.commands.terminal import explained, ready_database, say, settings
from app.questions.bank import load
from app.storage.database import reading

cli = typer.Typer()
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 (not listened on, but recognised)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="processes", min=1, max=64)] = 1,
) -> None:
    """Create or migrate the database, load the bank, and serve."""
    chosen = settings()
    engine = ready_database(chosen)
    key = chosen.signing_key()
    with explained():
        count = len(load(chosen.questions).listed)
    say(f"Gradus · {count} questions · http://{host}:{port}")
    invite(engine, key, host, port)
    engine.dispose()  # each worker opens its own
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="info",
        server_header=False,
    )


def invite(engine: Engine, key: str, host: str, port: int) -> None:
    """As long as there is no instructor: the link by which the first one comes in."""
    with reading(engine) as connection:
        if users.has_instructor(connection):
            return
    here = "127.0.0.1" if host in EVERYWHERE else f"[{host}]" if ":" in host else host
    say("There is no instructor yet. Whoever opens this link within 7 days becomes the first:")
    say(f"http://{here}:{port}/teach/setup/{setup.token(key)}")
    if host in EVERYWHERE:
        say(f"From another machine, open it with this server's address in place of {here}.")


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    ready_database(settings()).dispose()
    say("The database is at the newest schema.")
