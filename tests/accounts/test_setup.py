"""Two people with one link: one gets in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from sqlalchemy import Engine, select

from app.accounts import setup
from app.accounts import users as people
from app.errors import NotAllowed
from app.storage.database import reading, writing
from app.storage.tables import users


def test_of_many_who_come_at_once_one_becomes_the_instructor(engine: Engine) -> None:
    token, together = setup.token("key"), Barrier(4)

    def come(name: str) -> bool:
        together.wait()
        try:
            with writing(engine) as connection:
                setup.admit(connection, "key", token)
                people.register(connection, name, None, "a hash", datetime.now(UTC), "instructor")
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        admitted = list(pool.map(come, ["Ann", "Bob", "Eve", "Sam"]))
    with reading(engine) as connection:
        roles = [row.role for row in connection.execute(select(users))]
    assert sum(admitted) == 1 and roles == ["instructor"]
