"""Who a route is for. Every route declares it; a test walks the route table and holds each to its word.

A member is a student of the class, a sitter the learner whose paper it is, an owner the instructor whose class or question it is."""

from collections.abc import Callable
from typing import Literal, TypeVar

Audience = Literal["anyone", "signed in", "member", "sitter", "instructor", "owner"]
F = TypeVar("F", bound=Callable[..., object])


def open_to(audience: Audience) -> Callable[[F], F]:
    def declare(handler: F) -> F:
        handler.audience = audience  # type: ignore[attr-defined]
        return handler

    return declare
