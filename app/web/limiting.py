"""How often a client, or anyone, may ask for something; counted per process."""

from fastapi import Request
from limits import parse
from limits.strategies import MovingWindowRateLimiter


def limiter(request: Request) -> MovingWindowRateLimiter:
    found: MovingWindowRateLimiter = request.app.state.limiter
    return found


def allowed(request: Request, rate: str, *what: str) -> bool:
    """Count one more; False where that is more than the rate, such as "20/15 minutes", allows."""
    return limiter(request).hit(parse(rate), *what)


def exhausted(request: Request, rate: str, *what: str) -> bool:
    """Whether one more would be more than the rate allows; counts nothing."""
    return not limiter(request).test(parse(rate), *what)


def forget(request: Request, rate: str, *what: str) -> None:
    limiter(request).clear(parse(rate), *what)


def client(request: Request) -> str:
    return request.client.host if request.client else "unknown"
