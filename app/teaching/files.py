"""Questions as files: out of the database just as they are kept, and in again, all of them or none."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.questions.document import decoded
from app.questions.source import BankError, Problem, revision_of
from app.storage import images as stored_images
from app.storage import revisions
from app.teaching.archive import Files, problem
from app.teaching.authoring import read as read_text
from app.teaching.encoding import ENDINGS, Encoded, encoded
from app.teaching.images import HASH, store
from app.teaching.slugs import LONGEST, fits
from app.text import Text, text

DRAFTS = "drafts"
ADDRESS = re.compile(r"(\(\s*<?/images/)([\w.-]+)")
NO_SLUG = text(
    f"文件名就是题目地址：小写字母、数字和连字符，最多 {LONGEST} 个，例如 `dense-layer-size.yaml`；不能以 drill- 开头或以 -drill 结尾。",
    f"The file's name is the question's address: lower-case letters, digits and hyphens, at most {LONGEST}, such as `dense-layer-size.yaml`; not beginning with drill- nor ending with -drill.",
)
TWICE = text(
    "同一题有两个文件；作为草稿只能有一个。", "Two files for one question; only one can become its draft."
)
NO_IMAGE = text(
    "提到了一张图片，压缩包里没有，也没有上传过。",
    "It shows a picture that is neither in the archive nor uploaded.",
)
NOT_YOURS = text("这个地址的题是别人的，请换个文件名。", "The question of this address is somebody else's; use another file name.")  # fmt: skip
OF_THE_FOLDER = text("这个地址是题库自带的题，请换个文件名。", "The question of this address comes with the bank; use another file name.")  # fmt: skip
CHANGED_MEANWHILE = text("刚才有人改了同样的题，请再导入一次。", "Somebody just changed the same questions; import them again.")  # fmt: skip
NOT_ONES_OWN = text("这是别的老师的题。", "This question is another instructor's.")

State = Literal["new", "changed", "unchanged"]
STATES: tuple[State, ...] = get_args(State)
Refusal = tuple[int | None, Text]  # line and sentence
Entry = tuple[str, bytes]  # path and content of a file


@dataclass(frozen=True)
class Brought:
    """The text of one question as it would be kept; `images`: hashes it shows that came with no file, by line."""

    slug: str
    file: str
    source: str
    draft: bool
    images: Mapping[str, int]


Checked = Brought | list[Problem]


@dataclass(frozen=True)
class Reading:
    """All files read and checked, as far as that needs no database."""

    texts: list[Brought]
    images: list[Encoded]
    problems: list[Problem]


@dataclass(frozen=True)
class Summary:
    """What an import does; with problems it does nothing. Of `drafts` and `published` those that are None stay."""

    problems: list[Problem]
    states: dict[str, State] = field(default_factory=dict)
    drafts: dict[str, str | None] = field(default_factory=dict)
    published: dict[str, str | None] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)  # whose draft is what is now published

    @property
    def new(self) -> list[str]:
        return self.slugs("new")

    @property
    def changed(self) -> list[str]:
        return self.slugs("changed")

    @property
    def unchanged(self) -> list[str]:
        return self.slugs("unchanged")

    def slugs(self, state: State) -> list[str]:
        return [slug for slug, found in self.states.items() if found == state]


# --- out


def export(
    connection: Connection, owner_id: int | None, slugs: Collection[str] = (), drafts: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every published text of an owner (None: of all), its drafts if asked for, and the images they show.

    With `slugs` of these only; NotFound where one of them is not there."""
    rows = [
        row for row in revisions.questions_of(connection, owner_id) if not slugs or row.slug in set(slugs)
    ]
    if missing := sorted(set(slugs) - {row.slug for row in rows}):
        names = "、".join(missing), ", ".join(missing)
        raise NotFound(text(f"没有这些题：{names[0]}。", f"There are no such questions: {names[1]}."))
    return written(connection, sorted(rows, key=lambda row: str(row.slug)), drafts)


def written(connection: Connection, rows: Iterable[Any], drafts: bool) -> Iterator[tuple[str, bytes]]:
    """The texts, and then the images that they show, one at a time."""
    shown: set[str] = set()
    for row in rows:
        draft = row.draft if drafts else None
        for path, source in ((f"{row.slug}.yaml", row.source), (f"{DRAFTS}/{row.slug}.yaml", draft)):
            if source:
                shown |= {name for _, name in ADDRESS.findall(source)}
                yield path, source.encode()
    for name in sorted(shown):
        if image := stored_images.find(connection, name):
            yield f"images/{name}.{ENDINGS[image.media_type]}", image.data


def text_of(connection: Connection, slug: str, owner_id: int, draft: bool = False) -> str:
    """What is published of one's question, or its draft; the other where there is only that."""
    row = revisions.question(connection, slug)
    if row is None:
        raise NotFound
    if row.owner_id != owner_id:
        raise NotAllowed(NOT_ONES_OWN)
    published = revisions.published_sources(connection, [slug]).get(slug)
    found = (row.draft or published) if draft else (published or row.draft)
    if not found:
        raise NotFound
    return str(found)


# --- in


def read(
    files: Files, each: Callable[[Callable[[Entry], Checked], Sequence[Entry]], Iterable[Checked]] = map
) -> Reading:
    """Check every file. Problems name file, line and field of all that is wrong.

    `each` is `map`, or does the same while showing how far it has come, or in several processes."""
    problems, pictures = list(files.problems), dict[str, Encoded]()
    for path, data in files.pictures.items():
        name = PurePosixPath(path)
        try:
            picture = encoded(data)
        except Invalid as error:
            problems.append(problem(path, None, "", error.message))
            continue
        for known in {name.name, name.stem if HASH.fullmatch(name.stem) else name.name}:
            if pictures.setdefault(known, picture) != picture:
                message = text("有两张不同的图片叫这个名字。", "Two different pictures have this name.")
                problems.append(problem(path, None, "", message))
    texts = []
    check = partial(checked, hashes={name: picture.hash for name, picture in pictures.items()})
    for found in each(check, list(files.texts.items())):
        if isinstance(found, Brought):
            texts.append(found)
        else:
            problems += found
    if not texts and not problems:
        problems.append(problem("", None, "", text("没有题目文件。", "There is no question file.")))
    return Reading(texts, list({picture.hash: picture for picture in pictures.values()}.values()), problems)


def checked(entry: Entry, hashes: Mapping[str, str]) -> Checked:
    """One text with the addresses of its images as they will be, or every problem. `hashes`: of the pictures, by name."""
    path, data = entry
    name = PurePosixPath(path)
    slug = name.stem
    problems = [] if fits(slug) else [problem(path, None, "", NO_SLUG)]
    try:
        source = decoded(data, path)
    except BankError as error:
        return [*problems, *error.problems]
    source, shown = with_addresses(source, hashes)
    problems += [
        problem(path, line, "", NO_IMAGE) for found, line in shown.items() if not HASH.fullmatch(found)
    ]
    try:
        read_text(source, slug if fits(slug) else "unnamed", path)
    except BankError as error:
        problems += error.problems
    return problems or Brought(slug, path, source, DRAFTS in name.parts[:-1], shown)


def with_addresses(source: str, hashes: Mapping[str, str]) -> tuple[str, dict[str, int]]:
    """The text with the hashes of the pictures that came along, and by line what it shows besides."""
    others: dict[str, int] = {}

    def address(found: re.Match[str]) -> str:
        if known := hashes.get(found[2]):
            return found[1] + known
        others.setdefault(found[2], source.count("\n", 0, found.start()) + 1)
        return found[0]

    return ADDRESS.sub(address, source), others


def preview(
    connection: Connection, reading: Reading, owner_id: int, folder: Collection[str], publish: bool
) -> Summary:
    """What bringing in would do. `folder`: the slugs of the server's own files."""
    slugs = [brought.slug for brought in reading.texts]
    rows = revisions.questions_named(connection, slugs)
    sources = revisions.published_sources(connection, slugs)
    kept = stored_images.among(connection, {name for brought in reading.texts for name in brought.images})
    summary = Summary(problems=list(reading.problems))
    for brought in reading.texts:
        slug, row = brought.slug, rows.get(brought.slug)
        kinds = summary.published if publish and not brought.draft else summary.drafts
        refusals: list[Refusal] = [(at, NO_IMAGE) for name, at in brought.images.items() if name not in kept]
        refusals += [(None, TWICE)] if slug in kinds else []
        if slug in folder:
            refusals.append((None, OF_THE_FOLDER))
        elif row.owner_id != owner_id if row else slug in sources:
            refusals.append((None, NOT_YOURS))
        summary.problems.extend(problem(brought.file, at, "", said) for at, said in refusals)
        published = sources.get(slug)
        draft = row.draft if row else None
        current = published if kinds is summary.published or draft is None else draft
        kinds[slug] = brought.source
        summary.states.setdefault(slug, "unchanged" if row else "new")
        if current == brought.source:
            kinds[slug] = None
        elif row:
            summary.states[slug] = "changed"
        if kinds is summary.published and draft == brought.source:
            summary.finished.append(slug)
    return summary


def bring_in(
    connection: Connection,
    reading: Reading,
    owner_id: int,
    folder: Collection[str],
    publish: bool,
    note: str,
    now: datetime,
) -> Summary:
    """Keep the texts as drafts, or publish them, with their images; nothing at all where there is any problem."""
    summary = preview(connection, reading, owner_id, folder, publish)
    if summary.problems:
        return summary
    drafts: dict[str, str | None] = {slug: source for slug, source in summary.drafts.items() if source}
    texts = {slug: (revision_of(source), source) for slug, source in summary.published.items() if source}
    try:
        for picture in reading.images:
            store(connection, picture, owner_id, now)
        revisions.add_questions(connection, summary.new, owner_id, now)
        revisions.save_drafts(connection, dict.fromkeys(summary.finished) | drafts, now)
        ids = revisions.sync_revisions(connection, texts, now)
        revisions.publish_all(connection, ids, owner_id, note, now)
    except IntegrityError as error:
        raise Conflict(CHANGED_MEANWHILE) from error
    return summary
