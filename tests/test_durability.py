"""`kill -9` of a real server among acknowledged saves and answers, a small round of `python -m bench durability`."""

from pathlib import Path

import pytest

from bench.durability import played
from tests.conftest import ROOT


def test_what_was_acknowledged_outlives_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    count, found = played(str(tmp_path), "small", 100)
    assert count >= 75 and found.good, found
