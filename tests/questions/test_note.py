"""Notes on mistakes: every mistake of every drill has one, and what it says is computed."""

from itertools import chain
from pathlib import Path

import pytest

from app.operations import OPERATIONS
from app.questions.bank import Bank, load
from app.questions.markup import block
from app.questions.note import Note, check_note, load_notes, off
from app.questions.source import BankError
from app.questions.variant import variant
from app.text import LANGUAGES
from tests.conftest import ROOT

NOTES = load(ROOT / "questions").notes
EARLY = "rounded_early"  # no operation's own


def names_of(bank: Bank, operation: str) -> set[str]:
    """Every mistake of an operation that drills can name, its own or those of which it is one part."""
    found: set[str] = set()
    for level in chain(*bank.drills.values()):
        for answer in variant(level).answers.values():
            if answer.operation.name == operation:
                found |= {mistake.name for mistake in answer.operation.mistakes(answer.inputs)}
                found |= {mistake.name for mistake in answer.operation.local_mistakes(answer.inputs)}
    return found


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES)
def test_a_note_shows_what_it_says(note: Note) -> None:
    assert list(check_note(note)) == []
    for language in LANGUAGES:
        for words in (note.title, note.what, *(contrast.asks for contrast in note.contrasts)):
            assert "<code>\\" not in block(words[language])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_mistake_of_the_drills_has_a_note_that_shows_it(bank: Bank, operation: str) -> None:
    missing = [
        name
        for name in sorted(names_of(bank, operation))
        if name not in NOTES or operation not in NOTES[name].operations
    ]
    assert missing == []


def test_rounding_early_has_a_note_and_no_note_is_about_nothing(bank: Bank) -> None:
    known = {EARLY}.union(*(names_of(bank, operation) for operation in OPERATIONS))
    assert EARLY in NOTES
    for name in NOTES.keys() - known:  # mistakes that only other numbers allow
        assert all(contrast.reached(name) is not None for contrast in NOTES[name].contrasts)


def test_a_working_that_misses_its_value_is_told() -> None:
    assert off(r"4 \times 3 + 3", 15) is None
    assert off(r"4 \times 3", 15) == "comes to 12, not 15"
    assert off(r"\frac{e^{1}}{e^{1} + e^{0}}", 0.7310585786) is None
    assert "cannot be read" in str(off("4 ×", 4))


def test_a_faulty_note_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "some.yaml").write_text(
        "bias_forgotten:\n  title: {zh: 漏, en: forgotten}\n  contrasts: []\n", "utf-8"
    )
    with pytest.raises(BankError) as error:
        load_notes(tmp_path)
    assert any(":1:" in str(problem) and "what" in str(problem) for problem in error.value.problems)


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "some.yaml").write_text("bias_forgotten:\n  title: [", "utf-8")
    with pytest.raises(BankError) as error:
        load_notes(tmp_path)
    assert "some.yaml:3" in str(error.value.problems[0])
