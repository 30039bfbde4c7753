"""A roster: paste or upload it, look at what it would do, then do all of it at once."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Engine
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from app.accounts import passwords, users
from app.errors import Conflict, Invalid
from app.storage.database import reading, writing
from app.teaching import pasted, roster
from app.teaching.classes import Classroom
from app.teaching.roster import Entry
from app.teaching.sheets import accounts_sheet
from app.teaching.spreadsheet import as_csv
from app.text import Text, text
from app.web.audience import open_to
from app.web.classes import TheClass
from app.web.dependencies import TheEngine, TheUpload
from app.web.downloads import download
from app.web.rendering import language_of, render

router = APIRouter(include_in_schema=False)

MOST_NEW = 200  # accounts at once
TOO_MANY = text(
    f"一次最多新建 {MOST_NEW} 个账户，请把名单分成几份。",
    f"At most {MOST_NEW} new accounts at a time; split the list.",
)


@router.get("/teach/classes/{class_id}/roster")
@open_to("owner")
def show(request: Request, classroom: TheClass) -> Response:
    return roster_page(request, classroom, "")


@router.post("/teach/classes/{class_id}/roster")
@open_to("owner")
def preview(request: Request, engine: TheEngine, classroom: TheClass, form: TheUpload) -> Response:
    """What the list would do, line by line; nothing is written."""
    listed = str(form.get("list", ""))
    try:
        listed = uploaded(form) or listed
        entries = read(engine, classroom, listed)
    except Invalid as error:
        return roster_page(request, classroom, listed, problem=error.message)
    return roster_page(request, classroom, listed, entries)


@router.post("/teach/classes/{class_id}/roster/confirm")
@open_to("owner")
def confirm(request: Request, engine: TheEngine, classroom: TheClass, form: TheUpload) -> Response:
    """Do all that the preview showed, or nothing; new passwords are shown, or sent as CSV, this once."""
    listed = str(form.get("list", ""))
    try:
        entries = read(engine, classroom, listed)
        # outside the transaction: the work of hashing must not keep others from writing
        chosen = {entry.at: passwords.random_with_hash() for entry in entries if entry.outcome == "new"}
        hashes = {at: kept for at, (_, kept) in chosen.items()}
        with writing(engine) as connection:
            lines = pasted.lines(listed)
            entries = roster.planned(connection, users, lines, classroom.id, classroom.owner_id)
            roster.enrol(connection, users, entries, hashes, classroom.id, datetime.now(UTC))
    except (Invalid, Conflict) as error:
        return preview_again(request, engine, classroom, listed, error.message)
    made = [(entry, chosen[entry.at][0]) for entry in entries if entry.outcome == "new"]
    if form.get("as") == "csv":
        return download(as_csv(accounts_sheet(made, language_of(request))), f"{classroom.name}-accounts.csv")
    context = {
        "classroom": classroom, "made": made, "here": f"/teach/classes/{classroom.id}/roster",
        "invited": [entry for entry in entries if entry.outcome == "invite"],
        "sign_in": f"{request.base_url}account",
    }  # fmt: skip
    return render(request, "teach/classes/enrolled.html", context)


@router.get("/teach/classes/{class_id}/roster/confirm")
@open_to("owner")
def back(classroom: TheClass) -> Response:
    return RedirectResponse(f"/teach/classes/{classroom.id}/roster", 303)


def uploaded(form: FormData) -> str:
    """The text of the file, empty where none was chosen."""
    file = form.get("file")
    return pasted.decoded(file.file.read()) if isinstance(file, UploadFile) else ""


def read(engine: Engine, classroom: Classroom, listed: str) -> list[Entry]:
    """What the list would do; Invalid where it cannot be read or makes too many accounts."""
    lines = pasted.lines(listed)
    with reading(engine) as connection:
        entries = roster.planned(connection, users, lines, classroom.id, classroom.owner_id)
    if sum(entry.outcome == "new" for entry in entries) > MOST_NEW:
        raise Invalid(TOO_MANY, "list")
    return entries


def preview_again(
    request: Request, engine: Engine, classroom: Classroom, listed: str, problem: Text
) -> Response:
    try:
        return roster_page(request, classroom, listed, read(engine, classroom, listed), problem)
    except Invalid as error:
        return roster_page(request, classroom, listed, problem=error.message)


def roster_page(
    request: Request, classroom: Classroom, listed: str,
    entries: Sequence[Entry] = (), problem: Text | None = None,
) -> Response:  # fmt: skip
    outcomes = [entry.outcome for entry in entries]
    context: dict[str, Any] = {
        "classroom": classroom, "listed": listed, "entries": entries, "problem": problem,
        "counts": {outcome: outcomes.count(outcome) for outcome in ("new", "invite", "known", "problem")},
        "most_lines": pasted.MOST_LINES, "most_new": MOST_NEW,
        "here": f"/teach/classes/{classroom.id}/roster",
    }  # fmt: skip
    faulty = problem is not None or "problem" in outcomes
    return render(request, "teach/classes/roster.html", context, status=422 if faulty else 200)
