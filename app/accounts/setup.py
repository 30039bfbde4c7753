"""The way in for the first instructor: a signed link, good for a week and until there is one."""

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Connection

from app.accounts import users
from app.errors import NotAllowed
from app.storage.database import alone
from app.text import text

WEEK = 7 * 86400  # seconds
FIRST = 3031  # any number that no other lock has
USED_UP = text(
    "这个链接过期了，或者已经有老师了。要添加老师，请在服务器上运行：python -m app add-instructor 名字",
    "This link is old, or there already is an instructor. To add one, run on the server: python -m app add-instructor NAME",
)


def serializer(key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(key, salt="setup")


def token(key: str) -> str:
    return str(serializer(key).dumps("instructor"))


def admit(connection: Connection, key: str, shown: str) -> None:
    """NotAllowed where the token is not ours, is old, or somebody is an instructor already.

    Until the transaction ends nobody else is admitted."""
    try:
        serializer(key).loads(shown, max_age=WEEK)
    except BadSignature:  # also of one that is too old
        raise NotAllowed(USED_UP) from None
    alone(connection, FIRST)
    if users.has_instructor(connection):
        raise NotAllowed(USED_UP)
