"""The documents say what there is: settings, response types, question fields, targets, folders."""

import re
import subprocess
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from app.questions.part import RESPONSES
from app.questions.question import QuestionFile
from app.settings import Settings
from app.text import Text

ROOT = Path(__file__).parents[1]


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default() -> None:
    text = document("docs/settings.md")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `{name.upper()}` \| (.*?) \|", text, re.M)
        assert row, name
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        assert not field.default or f"`{default}`" in row[1], name


def models(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A model with all that its fields hold."""
    found = {model}
    for field in model.model_fields.values():
        for inner in inside(field.annotation):
            found |= models(inner)
    return found - {Text}


def inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in inside(argument)]


def test_every_response_type_and_field_is_documented() -> None:
    text = document("docs/questions.md")
    for response in RESPONSES:
        assert f"| `{response}` |" in text
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", prose))))
    for model in models(QuestionFile):
        assert set(model.model_fields) <= words, (model.__name__, set(model.model_fields) - words)


def test_the_example_question_of_the_docs_loads_and_works() -> None:
    from app.grading.check import check
    from app.questions.bank import parse

    source = re.search(r"```yaml\n(.*?)```", document("docs/questions.md"), re.S)
    assert source and yaml.safe_load(source[1])
    (question,) = parse(source[1], "documented", "documented.yaml")
    assert list(check(question, 20)) == []


def test_make_help_lists_the_targets() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("install", "run", "test", "check", "fix", "bench", "migrate"):
        assert f"make {target}" in listed


def test_every_command_is_in_the_readme() -> None:
    from typer.main import get_command

    from app.__main__ import cli

    readme = document("README.md")
    for command in vars(get_command(cli))["commands"]:
        assert f"`{command}`" in readme, command


def test_every_folder_has_its_line_in_the_readme() -> None:
    readme = document("README.md")
    folders = [p.name for p in (ROOT / "app").iterdir() if p.is_dir() and not p.name.startswith("_")]
    folders += ["templates", "static", "questions", "tests", "docs", "bench", "requirements"]
    for folder in folders:
        assert f"{folder}/" in readme, folder


def test_lock_files_hold_no_addresses() -> None:
    for path in [*(ROOT / "requirements").glob("*.txt"), ROOT / "package-lock.json"]:
        locked = [
            line for line in path.read_text().splitlines() if "funding" not in line and '"url"' not in line
        ]
        assert not [line for line in locked if "://" in line], path
