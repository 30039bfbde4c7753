"""A student's side of classes: join by a code or an invitation, see what the class practises, leave."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from app.accounts.users import User
from app.errors import NotAllowed, NotFound
from app.quizzes import admission
from app.storage import attempts
from app.storage.attempts import state_of
from app.storage.database import reading, writing
from app.teaching import membership
from app.teaching.classes import Classroom
from app.teaching.membership import Membership
from app.teaching.results import practised_by
from app.text import Text, text
from app.web.audience import open_to
from app.web.dependencies import TheAccount, TheEngine, TheForm, TheLibrary, TheUser, whole
from app.web.limiting import allowed, client, exhausted
from app.web.rendering import render

router = APIRouter(include_in_schema=False)

TRIES = "20/15 minutes"  # wrong codes of one account
TRIES_OF_CLIENT = "200/15 minutes"  # of a whole classroom behind one address
TOO_OFTEN = text("试错的次数太多了，过几分钟再来。", "Too many wrong codes; come back in a few minutes.")


@router.get("/join")
@open_to("signed in")
def joining(request: Request, account: TheAccount) -> Response:
    return join_page(request) if account else sign_in("/join")


@router.post("/join")
@open_to("signed in")
def look_up(request: Request, engine: TheEngine, user: TheUser, form: TheForm) -> Response:
    """From a typed code to the page that says whose class it is."""
    code = str(form.get("code", ""))
    with reading(engine) as connection:
        wanted = tried(request, connection, user, code)
    if isinstance(wanted, Response):
        return wanted
    return RedirectResponse(f"/join/{wanted.code}", 303)


@router.get("/join/{code}")
@open_to("signed in")
def confirm(request: Request, engine: TheEngine, account: TheAccount, code: str) -> Response:
    """Whose class it is, and what its teacher will see; only then one joins."""
    if account is None:
        return sign_in(f"/join/{quote(code[:100], safe='')}")
    with reading(engine) as connection:
        wanted = tried(request, connection, account, code)
        if isinstance(wanted, Response):
            return wanted
        teacher = membership.owner_name(connection, wanted)
        kept = membership.membership(connection, wanted.id, account.id)
    if kept is not None and kept.state == "joined":
        return RedirectResponse(f"/classes/{wanted.id}", 303)
    context = {"classroom": wanted, "teacher": teacher, "own": wanted.owner_id == account.id}
    return render(request, "classes/join.html", context)


@router.post("/join/{code}")
@open_to("signed in")
def join(request: Request, engine: TheEngine, user: TheUser, code: str) -> Response:
    with writing(engine) as connection:
        wanted = tried(request, connection, user, code)
        if isinstance(wanted, Response):
            return wanted
        membership.join(connection, code, user.id, datetime.now(UTC))
    return RedirectResponse(f"/classes/{wanted.id}", 303)


def tried(request: Request, connection: Connection, user: User, code: str) -> Classroom | Response:
    """The class of the code, or the page that says why not; wrong codes are counted."""
    limits = ((TRIES, "codes", str(user.id)), (TRIES_OF_CLIENT, "codes of", client(request)))
    if any(exhausted(request, *limit) for limit in limits):
        return join_page(request, code, TOO_OFTEN, 429)
    try:
        return membership.by_code(connection, code)
    except (NotFound, NotAllowed) as error:
        for limit in limits:
            allowed(request, *limit)
        return join_page(request, code, error.message, 404 if isinstance(error, NotFound) else 403)


def join_page(request: Request, code: str = "", problem: Text | None = None, status: int = 200) -> Response:
    context = {"code": code[:100], "problem": problem, "here": "/join"}
    response = render(request, "classes/code.html", context, status=status)
    if status == 429:
        response.headers["Retry-After"] = "900"
    return response


def sign_in(back: str) -> Response:
    return RedirectResponse(f"/account?back={quote(back, safe='')}", 303)


def joined(class_id: str, engine: TheEngine, user: TheUser) -> Membership:
    with reading(engine) as connection:
        return membership.joined(connection, whole(class_id), user.id)


TheMembership = Annotated[Membership, Depends(joined)]


@router.get("/classes/{class_id}")
@open_to("member")
def show(
    request: Request, library: TheLibrary, engine: TheEngine, user: TheUser, member: TheMembership
) -> Response:
    """What the class practises, with one's own progress."""
    questions = practised_by(library.bank, member.classroom)
    with reading(engine) as connection:
        progress = attempts.progress_of(connection, user.learner_id)
        given = admission.of_member(connection, user.id)
    states = [state_of(progress.get(question.slug)) for question in questions]
    context = {
        "membership": member, "given": [each for each in given if each.assignment.class_id == member.classroom.id],
        "now": datetime.now(UTC), "questions": questions, "progress": progress, "state_of": state_of,
        "solved": states.count("solved"), "tried": states.count("tried"),
        "next": next((q for q, state in zip(questions, states, strict=True) if state != "solved"), None),
    }  # fmt: skip
    return render(request, "classes/page.html", context)


@router.post("/classes/{class_id}/leave")
@open_to("signed in")
def leave(engine: TheEngine, user: TheUser, class_id: str) -> Response:
    """Leave the class, or decline its invitation."""
    with writing(engine) as connection:
        membership.remove(connection, whole(class_id), user.id)
    return RedirectResponse("/account", 303)
