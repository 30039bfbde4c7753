"""add-instructor, reset-password."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from app.accounts import passwords, sessions, users
from app.commands.terminal import fail, ready_database, say, settings
from app.errors import Invalid
from app.storage.database import writing

cli = typer.Typer()
OWNER = typer.Option("--owner", metavar="NAME", help="name or e-mail of the instructor")
NameOrEmail = Annotated[str, typer.Argument(metavar="NAME", help="name or e-mail of the account")]


@cli.command("add-instructor")
def add_instructor(name: NameOrEmail) -> None:
    """Make an account an instructor's; a new one gets a random password, printed once."""
    engine, password = ready_database(settings()), passwords.random_password()
    kept = passwords.hashed(password)
    with writing(engine) as connection:
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
        say(f"{user.name} is an instructor.")
        return
    say(f"{chosen} is an instructor, with a new account. Its password:")
    typer.echo(password)


@cli.command("reset-password")
def reset_password(name: NameOrEmail) -> None:
    """Give an account a new random password, printed once; it is signed out everywhere."""
    engine, password = ready_database(settings()), passwords.random_password()
    kept = passwords.hashed(password)
    with writing(engine) as connection:
        user = users.by_login(connection, name)
        if user is None:
            fail(f"there is no account {name!r}.")
        users.set_password(connection, user, kept)
        sessions.end_all(connection, user)
    say(f"{user.name} is signed out everywhere. The new password:")
    typer.echo(password)


def instructor(connection: Connection, name: str) -> int:
    user = users.by_login(connection, name)
    if user is None or user.role != "instructor":
        fail(f"there is no instructor {name!r}.")
    return user.id
