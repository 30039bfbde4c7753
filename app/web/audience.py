"""Who a route is for. Every route declares it; a test walks the route table."""

from collections.abc import Callable
from typing import Literal, TypeVar

Audience = Literal["anyone", "signed in"]
F = TypeVar("F", bound=Callable[..., object])


def open_to(audience: Audience) -> Callable[[F], F]:
    def declare(handler: F) -> F:
        handler.audience = audience  # type: ignore[attr-defined]
        return handler

    return declare
