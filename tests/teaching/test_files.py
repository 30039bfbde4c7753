"""Questions go out as files and come in again, all of them or none."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.accounts import users
from app.errors import NotAllowed, NotFound
from app.storage import revisions
from app.storage.database import connect, migrate, reading, writing
from app.storage.tables import images as images_table
from app.storage.tables import publications, questions
from app.storage.tables import revisions as revisions_table
from app.teaching import images
from app.teaching.archive import Files, pack, pasted, unpacked
from app.teaching.files import Summary, bring_in, export, preview, read, text_of
from tests.teaching.generated import question
from tests.teaching.pictures import diagram, noise, written

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOLDER = {"fcn-parameter-count"}


@pytest.fixture
def ann(engine: Engine) -> int:
    return instructor(engine, "Ann")


@pytest.fixture
def bob(engine: Engine) -> int:
    return instructor(engine, "Bob")


def instructor(engine: Engine, name: str) -> int:
    with writing(engine) as connection:
        return users.register(connection, name, None, "a hash", NOW, "instructor").id


def import_files(engine: Engine, brought: Files, owner: int, publish: bool = True) -> Summary:
    with writing(engine) as connection:
        return bring_in(connection, read(brought), owner, FOLDER, publish, "a note", NOW)


def texts(**sources: str) -> Files:
    return Files({f"{name.replace('_', '-')}.yaml": source.encode() for name, source in sources.items()})


def exported(engine: Engine, owner: int | None, **more: Any) -> dict[str, bytes]:
    with reading(engine) as connection:
        return dict(export(connection, owner, **more))


def counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (questions, revisions_table, publications, images_table)
        }


def said(summary: Summary) -> list[str]:
    return [str(problem) for problem in summary.problems]


def test_what_goes_out_comes_into_an_empty_database_byte_for_byte(
    engine: Engine, ann: int, tmp_path: Any
) -> None:
    photo = images.encoded(written(noise(500, 300), "JPEG"))
    shown = f" ![a photo](/images/{photo.hash})"
    sources = {"a": question(1, shown), "b": question(2).replace("\n", "\r\n"), "c": "# 注释\n" + question(3)}
    with writing(engine) as connection:
        images.store(connection, photo, ann, NOW)
    assert import_files(engine, texts(**sources), ann).new == ["a", "b", "c"]
    assert import_files(engine, texts(b=question(20)), ann, publish=False).changed == ["b"]
    out = exported(engine, ann, drafts=True)
    assert out == {f"{name}.yaml": source.encode() for name, source in sources.items()} | {
        "drafts/b.yaml": question(20).encode(),
        f"images/{photo.hash}.webp": photo.data,
    }
    buffer = BytesIO()
    assert list(pack(out.items(), buffer, NOW)) == list(out)
    other = connect(f"sqlite:///{tmp_path}/other.db")
    migrate(other)
    eve = instructor(other, "Eve")
    summary = import_files(other, unpacked(buffer.getvalue()), eve)
    assert (summary.new, summary.problems) == (["a", "b", "c"], [])
    assert exported(other, eve, drafts=True) == out == exported(other, None, drafts=True)
    other.dispose()


def test_importing_again_changes_nothing(engine: Engine, ann: int) -> None:
    brought = texts(a=question(1), b=question(2))
    import_files(engine, brought, ann)
    before = counts(engine)
    for publish in (True, False):
        again = import_files(engine, brought, ann, publish)
        assert (again.new, again.changed, again.unchanged) == ([], [], ["a", "b"])
    assert counts(engine) == before and exported(engine, ann, drafts=True).keys() == {"a.yaml", "b.yaml"}


def test_a_changed_text_is_a_new_publication_or_a_draft(engine: Engine, ann: int) -> None:
    import_files(engine, texts(a=question(1)), ann)
    assert import_files(engine, texts(a=question(2)), ann, publish=False).changed == ["a"]
    assert exported(engine, ann, drafts=True) == {
        "a.yaml": question(1).encode(),
        "drafts/a.yaml": question(2).encode(),
    }
    assert import_files(engine, texts(a=question(2)), ann).changed == ["a"]
    assert exported(engine, ann, drafts=True) == {"a.yaml": question(2).encode()}  # the draft is published
    with reading(engine) as connection:
        newest = revisions.history(connection, "a")
    assert [(row.note, row.author) for row in newest] == [("a note", "Ann")] * 2


def test_a_draft_that_is_being_edited_stays_when_another_text_is_published(engine: Engine, ann: int) -> None:
    import_files(engine, texts(a=question(1)), ann, publish=False)
    assert import_files(engine, texts(a=question(2)), ann).changed == ["a"]
    assert exported(engine, ann, drafts=True)["drafts/a.yaml"] == question(1).encode()


def test_a_retired_question_comes_back(engine: Engine, ann: int) -> None:
    import_files(engine, texts(a=question(1)), ann)
    with writing(engine) as connection:
        revisions.publish(connection, "a", None, ann, "", NOW)
    assert exported(engine, ann) == {}
    assert import_files(engine, texts(a=question(1)), ann).changed == ["a"]
    assert exported(engine, ann) == {"a.yaml": question(1).encode()} and counts(engine)["revisions"] == 1


BAD = {
    "no yaml": ("a", "title: [\n", "a.yaml:2"),
    "no question": ("a", "title: 1\n", "a.yaml:1: title"),
    "a field of another kind": ("a", question().replace("marks: 4", "marks: many"), "a.yaml:3: marks"),
    "numbers that do not fit": ("a", question().replace("[3, 3, 2]", "[3, 0]"), "a.yaml:5: given"),
    "a number of the paper": ("a", question() + "number: 31\n", "a.yaml:20: number: Numbers belong"),
    "a name that is no address": ("My_Question", question(), "lower-case letters"),
    "a name of a drill": ("a-drill", question(), "nor ending with -drill"),
    "a name too long": ("a" * 75, question(), "at most 74"),
    "a question of the bank": ("fcn-parameter-count", question(), "comes with the bank"),
    "an image nobody has": ("a", question(1, f"![x](/images/{'0' * 64})"), "a.yaml:7"),
    "an image that is no file here": ("a", question(1, "![x](/images/x.png)"), "a.yaml:7"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_problem_keeps_everything_out(engine: Engine, ann: int, name: str) -> None:
    slug, source, where = BAD[name]
    brought = Files({"good.yaml": question(5).encode(), f"{slug}.yaml": source.encode()})
    summary = import_files(engine, brought, ann)
    assert any(where in sentence for sentence in said(summary)), said(summary)
    assert not any("good.yaml" in sentence for sentence in said(summary))
    assert counts(engine) == dict.fromkeys(counts(engine), 0)


def test_every_problem_of_every_file_is_listed(engine: Engine, ann: int) -> None:
    broken = question().replace("marks: 4", "marks: many").replace("minutes: 3", "minutes: -1")
    brought = Files(
        {"a.yaml": broken.encode(), "b.yaml": b"\xff\xfe", "c.yaml": b"title: 1"}, {"d.png": b"d"}
    )
    summary = import_files(engine, brought, ann)
    places = {(problem.file, problem.line) for problem in summary.problems}
    assert {("a.yaml", 3), ("a.yaml", 4), ("b.yaml", 1), ("c.yaml", 1), ("d.png", None)} <= places


def test_nothing_at_all_is_said(engine: Engine, ann: int) -> None:
    assert "no question file" in said(import_files(engine, Files(), ann))[0]


def test_a_question_of_somebody_else_stays_theirs(engine: Engine, ann: int, bob: int) -> None:
    import_files(engine, texts(a=question(1)), ann)
    import_files(engine, texts(b=question(1)), ann, publish=False)
    for slug in ("a", "b"):
        for publish in (True, False):
            summary = import_files(engine, texts(**{slug: question(2)}), bob, publish)
            assert "somebody else" in said(summary)[0]
    assert exported(engine, bob) == {} and exported(engine, ann)["a.yaml"] == question(1).encode()


def test_two_files_for_one_draft_are_refused(engine: Engine, ann: int) -> None:
    brought = Files({"a.yaml": question(1).encode(), "drafts/a.yaml": question(2).encode()})
    assert "only one" in said(import_files(engine, brought, ann, publish=False))[0]
    assert import_files(engine, brought, ann).problems == []
    assert exported(engine, ann, drafts=True) == brought.texts


def test_pictures_come_along_under_their_new_addresses(engine: Engine, ann: int) -> None:
    photo = written(noise(60, 40), "JPEG")
    old = hashlib.sha256(photo).hexdigest()
    source = question(1, f" ![a]( /images/{old}) ![b](/images/图.png)")
    brought = Files({"a.yaml": source.encode()}, {f"images/{old}.jpg": photo, "x/图.png": written(diagram())})
    assert import_files(engine, brought, ann).problems == []
    new, drawn = images.encoded(photo), images.encoded(written(diagram()))
    out = exported(engine, ann)
    assert out["a.yaml"].decode() == source.replace(old, new.hash).replace("图.png", drawn.hash)
    assert {name: data for name, data in out.items() if name.startswith("images/")} == {
        f"images/{new.hash}.webp": new.data,
        f"images/{drawn.hash}.png": drawn.data,
    }


def test_two_pictures_of_one_name_are_refused(engine: Engine, ann: int) -> None:
    pictures = {"a/x.png": written(diagram()), "b/x.png": written(noise(9, 9))}
    summary = import_files(engine, Files(texts(a=question(1)).texts, pictures), ann)
    assert "Two different pictures" in said(summary)[0]


def test_a_look_ahead_says_what_would_happen_and_changes_nothing(engine: Engine, ann: int) -> None:
    import_files(engine, texts(a=question(1), b=question(2)), ann)
    before = counts(engine)
    brought = read(pasted(f"# a.yaml\n{question(1)}# b.yaml\n{question(22)}# c.yaml\n{question(3)}"))
    with reading(engine) as connection:
        summary = preview(connection, brought, ann, FOLDER, publish=True)
    assert (summary.new, summary.changed, summary.unchanged) == (["c"], ["b"], ["a"])
    assert counts(engine) == before


def test_one_text_goes_to_its_owner_alone(engine: Engine, ann: int, bob: int) -> None:
    import_files(engine, texts(a=question(1)), ann)
    import_files(engine, texts(a=question(2), b=question(3)), ann, publish=False)
    with reading(engine) as connection:
        assert text_of(connection, "a", ann) == question(1)
        assert text_of(connection, "a", ann, draft=True) == question(2)
        assert text_of(connection, "b", ann) == question(3)
        with pytest.raises(NotAllowed):
            text_of(connection, "a", bob)
        with pytest.raises(NotFound):
            text_of(connection, "none", ann)
        with pytest.raises(NotFound, match="none"):
            list(export(connection, ann, ["a", "none"]))
        assert [path for path, _ in export(connection, ann, ["a"])] == ["a.yaml"]


def test_thousands_come_in_with_few_queries(engine: Engine, ann: int) -> None:
    from sqlalchemy import event

    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    brought = read(texts(**{f"q{i}": question(i) for i in range(60)}))
    with writing(engine) as connection:
        assert len(bring_in(connection, brought, ann, FOLDER, True, "", NOW).new) == 60
    assert len(asked) < 30
