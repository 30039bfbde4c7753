"""The help that opens under a wrong matrix: after an attempt, and never before."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from app.questions.bank import load
from app.questions.question import Question
from tests.conftest import ROOT
from tests.web.test_questions import post

CONVOLVE = "/questions/convolve-and-pool"
TRUTH = ["-12", "4", "8", "9", "-14", "5", "-3", "6", "-2", "-14", "-8", "-5", "24", "-9", "-1", "4"]
HELP = re.compile(r"how-|class=\"cells?\b|窗口左上角|window&#39;s top left")
MATRICES = [
    q for q in load(ROOT / "questions").questions.values() if any(p.response == "matrix" for p in q.parts)
]


def typed(*entries: str) -> dict[str, str]:
    return {f"convolution.{i // 4}.{i % 4}": entry for i, entry in enumerate(entries)}


def opened(page: str) -> list[str]:
    return re.findall(r'<details class="cell wide" id="cell-([\w.]+)"', page)


@pytest.mark.parametrize("question", MATRICES, ids=lambda question: question.slug)
def test_no_help_is_in_a_page_before_an_attempt(
    client: TestClient, headers: dict[str, str], question: Question
) -> None:
    path = f"/questions/{question.slug}"
    assert not HELP.search(client.get(path, headers=headers).text)
    if question.hints:
        assert not HELP.search(post(client, f"{path}/hint", {}, headers))


def test_no_help_is_in_the_api(client: TestClient) -> None:
    rows = [[*TRUTH[:3], "1"], TRUTH[4:8], TRUTH[8:12], TRUTH[12:]]
    wrong = {"responses": {"convolution": rows}}
    graded = client.post("/api/questions/convolve-and-pool/grade", json=wrong)
    assert graded.json()["parts"]["convolution"]["verdict"] == "partly"
    for reply in (graded, client.get("/api/questions/convolve-and-pool")):
        assert not HELP.search(reply.text) and "max(" not in reply.text and "top left" not in reply.text


def test_a_wrong_cell_opens_its_window_and_arithmetic_without_the_result(
    client: TestClient, headers: dict[str, str]
) -> None:
    page = post(client, CONVOLVE, typed("", "8", *TRUTH[2:15], "?"), headers)  # one empty, one unreadable
    assert opened(page) == ["convolution.0.1"]
    (details,) = re.findall(r"<details.*?</details>", page, re.S)
    assert "<summary>第 1 行第 2 列</summary>" in details and "窗口左上角在图像的第 1 行第 2 列" in details
    symbols = re.findall(r"<m[no][^>]*>([^<]*)</m[no]>", details)
    assert unescape("".join(symbols)) == "4·7−6−4−9−5=?"
    assert page.count('href="#how-convolution.0.1"') == 1 and page.count('href="#how-') == 1


def test_the_help_goes_with_the_marks(client: TestClient, headers: dict[str, str]) -> None:
    assert HELP.search(post(client, CONVOLVE, typed(*TRUTH[:15], "5"), headers))
    assert opened(client.get(CONVOLVE, headers=headers).text) == ["convolution.3.3"]
    assert not HELP.search(client.get(f"{CONVOLVE}?fresh=1", headers=headers).text)
    changed = post(client, f"{CONVOLVE}/hint", typed(*TRUTH[:15], "6"), headers)  # typed, not marked
    assert not HELP.search(changed)
    assert not HELP.search(post(client, CONVOLVE, typed(*TRUTH), headers))


def test_at_most_twelve_cells_are_opened(client: TestClient, headers: dict[str, str]) -> None:
    page = post(client, CONVOLVE, typed(*["1"] * 16), headers)
    assert opened(page) == [f"convolution.{i // 4}.{i % 4}" for i in range(12)]
    assert page.count('href="#how-') == 12 and page.count("✗") == 16


def test_with_the_solution_open_the_arithmetic_is_whole(client: TestClient, headers: dict[str, str]) -> None:
    wrong = typed(*TRUTH[:15], "5")
    post(client, CONVOLVE, wrong, headers)
    page = post(client, f"{CONVOLVE}/solution", wrong, headers)
    assert opened(page) == ["convolution.3.3"]
    (details,) = re.findall(r"<details.*?</details>", page, re.S)
    assert "<mn>4</mn></mrow></math>" in details and "?" not in details


def test_the_help_speaks_the_language_of_the_page(client: TestClient, headers: dict[str, str]) -> None:
    client.cookies.set("language", "en")
    page = post(
        client,
        CONVOLVE,
        {"pooling.0.0": "1", "pooling.0.1": "9", "pooling.1.0": "24", "pooling.1.1": "4"},
        headers,
    )
    assert "<summary>Row 1, column 1</summary>Window 1 of row 1, with 4 numbers." in re.sub(
        r"<div[^>]*>", "", page
    )
    assert (
        "get those right first" in page
        and "\\max" not in page
        and "-14" not in re.sub(r"<td>.*?</td>", "", page)
    )
