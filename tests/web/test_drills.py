"""Drills at three levels, another one that never repeats, notes on mistakes, and a learner's own mistakes."""

import re

import pytest
from fastapi.testclient import TestClient

from app.operations import OPERATIONS
from app.questions.bank import Bank
from app.questions.space import can_be_made
from app.questions.variant import variant

NINE = "/questions/fcn-parameter-count"


def test_every_operation_is_drilled_at_three_levels(client: TestClient, bank: Bank) -> None:
    page = client.get("/drills").text
    assert list(bank.drills) == list(OPERATIONS)
    for name, levels in bank.drills.items():
        assert f'id="{name}"' in page
        assert [level.level for level in levels] == [1, 2, 3]
        assert all(f'href="/questions/{level.slug}"' in page for level in levels)


def test_every_question_leads_to_drills(client: TestClient, bank: Bank) -> None:
    for question in bank.listed:
        page = client.get(f"/questions/{question.slug}").text
        assert f'href="/drills?question={question.slug}"' in page
        assert client.get(f"/drills?question={question.slug}").text.count("<h2>") >= 1


def test_the_drills_of_a_question_are_those_it_computes_with(client: TestClient) -> None:
    found = re.findall(r'<li id="(\w+)">', client.get("/drills?question=convolve-and-pool").text)
    assert found == ["convolution", "pooling"]


def test_another_one_has_other_numbers_each_time(client: TestClient, bank: Bank) -> None:
    at, seen = NINE, set()
    for _ in range(8):
        number = re.search(r"variant=(\d+)", at)
        seen.add(str(variant(bank.questions["fcn-parameter-count"], int(number[1]) if number else 0).given))
        at = client.get(at.replace("fcn-parameter-count", "fcn-parameter-count/another")).headers["location"]
    assert len(seen) == 8


def test_another_one_goes_beyond_what_was_answered(client: TestClient) -> None:
    client.post(f"{NINE}?variant=6", data={"total": "1"})
    assert client.get(f"{NINE}/another?variant=2").headers["location"] == f"{NINE}?variant=7"


def test_a_text_question_leads_to_another_of_its_drill(client: TestClient) -> None:
    assert 'href="/questions/mini-batch-drill/another"' in client.get("/questions/mini-batch").text


def test_a_wrong_answer_leads_to_the_note_on_its_mistake(client: TestClient, headers: dict[str, str]) -> None:
    client.post(NINE, data={"total": "52"}, headers=headers)
    page = client.get(NINE).text
    assert 'href="/mistakes/bias_forgotten"' in page
    note = client.get("/mistakes/bias_forgotten").text
    assert (
        "漏了偏置" in note
        and "<math" in note
        and "/mistakes/bias_forgotten/drill?operation=dense_parameters" in note
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_note_has_a_page_in_both_languages(client: TestClient, bank: Bank, language: str) -> None:
    listed = client.get(f"/mistakes?lang={language}").text
    for name, note in bank.notes.items():
        assert f'href="/mistakes/{name}"' in listed
        page = client.get(f"/mistakes/{name}?lang={language}")
        assert page.status_code == 200
        assert page.text.count('class="contrast"') == len(note.contrasts)


def test_a_drill_on_just_that_draws_numbers_in_which_it_can_go_wrong(client: TestClient, bank: Bank) -> None:
    reply = client.get("/mistakes/bias_forgotten/drill?operation=dense_parameters")
    assert reply.status_code == 303
    found = re.fullmatch(
        r"/questions/([\w-]+)\?variant=(\d+)&focus=bias_forgotten", reply.headers["location"]
    )
    assert found
    assert can_be_made(variant(bank.questions[found[1]], int(found[2])), "bias_forgotten")
    page = client.get(reply.headers["location"]).text
    assert 'class="focus"' in page and "focus=bias_forgotten" in page.split('class="turn"')[1]
    again = client.get(f"/questions/{found[1]}/another?variant={found[2]}&focus=bias_forgotten").headers[
        "location"
    ]
    assert "focus=bias_forgotten" in again


@pytest.mark.parametrize(
    "path",
    [
        "/mistakes/nothing",
        "/mistakes/nothing/drill",
        "/questions/nothing/another",
    ],
)
def test_what_does_not_exist_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_where_no_drill_can_make_the_mistake_the_note_is_shown(client: TestClient) -> None:
    reply = client.get("/mistakes/bias_forgotten/drill?operation=softmax")
    assert (reply.status_code, reply.headers["location"]) == (303, "/mistakes/bias_forgotten")


def test_every_mistake_can_be_drilled_or_is_explained(client: TestClient, bank: Bank) -> None:
    drilled = [
        name for name in bank.notes if "focus=" in client.get(f"/mistakes/{name}/drill").headers["location"]
    ]
    assert len(drilled) > 0.9 * len(bank.notes)


def test_an_unknown_focus_is_ignored(client: TestClient) -> None:
    page = client.get(f"{NINE}?variant=1&focus=<script>")
    assert page.status_code == 200 and "focus" not in page.text.split("<main")[1]
    assert client.get(f"{NINE}/another?focus=nothing").headers["location"] == f"{NINE}?variant=1"


def test_recurring_mistakes_are_listed_in_progress(client: TestClient, bank: Bank) -> None:
    assert "我常犯的错" not in client.get("/progress").text
    client.post(NINE, data={"total": "52"})
    client.post(NINE, data={"total": "52"})  # the same answer sent again is no further time
    wrong = next(
        w.value
        for w in variant(bank.questions["fcn-parameter-count"], 1).answers["total"].wrong
        if w.mistake.name == "bias_forgotten"
    )
    client.post(f"{NINE}?variant=1", data={"total": str(wrong)})
    client.post("/questions/activation-formulas", data={"sigmoid": "1/1+e^-x"})
    page = client.get("/progress").text
    listed = re.findall(r"<li>\s*<a href=\"([^\"]+)\">.*?×(\d+)", page.split("我常犯的错")[1], re.DOTALL)
    assert listed == [("/mistakes/bias_forgotten", "2"), ("/questions/activation-formulas", "1")]
    assert "brackets_forgotten" not in page  # a wrong formula is called what its question calls it
