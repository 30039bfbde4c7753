"""The computation service: what it computes, what it never tells, and how it refuses."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.operations import OPERATIONS
from app.questions.bank import Bank
from app.questions.variant import variant


def graded(client: TestClient, slug: str, responses: dict[str, Any], variant: int = 0) -> Any:
    response = client.post(f"/api/questions/{slug}/grade", json={"variant": variant, "responses": responses})
    assert response.status_code == 200, response.text
    return response.json()


def test_every_documented_example_runs(client: TestClient) -> None:
    schema = client.get("/api/openapi.json").json()
    ran = 0
    for path, methods in schema["paths"].items():
        address = path.replace("{slug}", "fcn-parameter-count")
        for method, described in methods.items():
            body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
            reference = body.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
            examples = body.get("examples") or schema["components"]["schemas"].get(reference, {}).get(
                "examples"
            )
            examples = examples or body.get("schema", {}).get("examples")
            sent = {"json": examples[0]} if method == "post" else {}
            assert client.request(method, address, **sent).status_code == 200, path
            ran += 1
    assert ran == len(OPERATIONS) + 4


def test_the_documentation_page_offers_every_endpoint(client: TestClient) -> None:
    page = client.get("/api/docs").text
    assert page.count("data-run") == len(OPERATIONS) + 4
    assert "/api/operations/convolution" in page


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("questions/fcn-parameter-count/grade", r'{"responses": {"total": "6\ud8007"}}'),
        ("questions/platforms/grade", r'{"responses": {"platforms": ["\uDC00x"]}}'),
        ("questions/fcn-parameter-count/grade", r'{"responses": {"\ud800": "1"}}'),
        ("operations/dense_parameters", r'{"widths": [2, 4], "\ud800": 1}'),
    ],
)
def test_half_a_character_is_a_problem_and_not_a_traceback(client: TestClient, path: str, sent: str) -> None:
    response = client.post(f"/api/{path}", content=sent, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert response.json()["message"]["zh"]


def test_a_character_in_two_halves_is_whole(client: TestClient) -> None:
    sent = r'{"responses": {"total": "\ud83d\ude00"}}'
    response = client.post(
        "/api/questions/fcn-parameter-count/grade", content=sent, headers={"Content-Type": "application/json"}
    )
    assert "😀" in response.json()["parts"]["total"]["feedback"]["zh"]


def test_an_operation_answers_with_steps(client: TestClient) -> None:
    found = client.post("/api/operations/dense_parameters", json={"widths": [2, 4, 4, 4, 3]}).json()
    assert found["answer"] == {"per_layer": [12, 20, 20, 15], "total": 67}
    assert found["steps"][0]["formula"] == r"2 \times 4 + 4 = 12" and found["steps"][0]["text"]["zh"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"widths": [2]}, "widths"),
        ({"widths": [2, 0]}, "widths.1"),
        ({"widths": [2, "four"]}, "widths.1"),
        ({"widths": [2, 4], "nope": 1}, "nope"),
        ({}, "widths"),
        ([1], ""),
    ],
)
def test_wrong_inputs_are_a_problem_naming_the_field(client: TestClient, sent: Any, field: str) -> None:
    response = client.post("/api/operations/dense_parameters", json=sent)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 422 and problem["errors"][0]["field"] == field
    assert all(problem["errors"][0]["message"][language] for language in ("zh", "en"))


@pytest.mark.parametrize("sent", [b"{", b"NaN", b'{"widths": [NaN, 2]}', b'{"widths": [1e400, 2]}', b"\xff"])
def test_what_is_not_json_is_a_problem_and_not_a_traceback(client: TestClient, sent: bytes) -> None:
    response = client.post(
        "/api/operations/dense_parameters", content=sent, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_the_thirty_are_listed_by_number(client: TestClient) -> None:
    listed = client.get("/api/questions").json()
    assert [q["number"] for q in listed if q["number"]] == list(range(1, 31))
    nine = next(q for q in listed if q["number"] == 9)
    assert nine["slug"] == "fcn-parameter-count"
    assert nine["parts"] == [{"id": "layers", "response": "numbers"}, {"id": "total", "response": "number"}]


def test_a_question_shows_what_is_given_in_both_languages(client: TestClient) -> None:
    shown = client.get("/api/questions/fcn-parameter-count?variant=2").json()
    assert shown["variant"] == 2 and len(shown["given"]["widths"]) == 5
    assert all(shown["prompt"][language] for language in ("zh", "en"))
    assert shown["parts"][0]["labels"][0]["zh"] == "输入层 → 隐藏层 1"


def test_no_answer_is_in_the_json_of_a_question(client: TestClient, bank: Bank) -> None:
    secrets = ("answer", "right", "match", "key_points", "model", "groups", "rules", "example", "why", "accept",
               "erratum", "hints", "explanation")  # fmt: skip

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {k for v in value.values() for k in keys(v)}
        return {k for v in value for k in keys(v)} if isinstance(value, list) else set()

    for question in bank:
        shown = client.get(f"/api/questions/{question.slug}").json()
        for part in shown["parts"]:
            # `right` is a list of items to match with, `match` and the rest would tell
            assert not keys(part) & (set(secrets) - {"right"}), question.slug
        for part_id, answer in variant(question).answers.items():
            if isinstance(answer.value, list) and len(json.dumps(answer.value)) > 12:
                assert json.dumps(answer.value) not in json.dumps(shown), (question.slug, part_id)
        for part in question.parts:
            if part.response == "order":
                given = next(p for p in shown["parts"] if p["id"] == part.id)
                assert [item["id"] for item in given["items"]] != [item.id for item in part.items]


def test_grading_is_as_the_agreement_says(client: TestClient) -> None:
    assert graded(client, "fcn-parameter-count", {"total": "67"})["score"] == 1.0
    wrong = graded(client, "fcn-parameter-count", {"total": "52", "layers": ["12", "20", "20", "15"]})
    assert wrong["parts"]["total"]["mistake"] == "bias_forgotten"
    assert wrong["parts"]["layers"]["cells"] == ["correct"] * 4
    assert wrong["score"] == 0.75
    unread = graded(client, "fcn-parameter-count", {"total": "1 2 3"})
    assert unread["score"] is None and unread["parts"]["total"]["verdict"] == "unreadable"


def test_json_numbers_are_read_like_the_text_they_stand_for(client: TestClient) -> None:
    assert (
        graded(client, "fcn-parameter-count", {"total": 67, "layers": [12, 20, "20", 15.0]})["score"] == 1.0
    )
    assert (
        graded(client, "one-hot", {"codes": [[int(r == c) for c in range(4)] for r in range(4)]})["score"]
        == 1.0
    )


def test_question_29(client: TestClient) -> None:
    convolution = [
        ["-12", "4", "8", "9"],
        ["-14", "5", "-3", "6"],
        ["-2", "-14", "-8", "-5"],
        ["24", "-9", "-1", "4"],
    ]
    right = graded(client, "convolve-and-pool", {"convolution": convolution, "pooling": "5 9; 24 4"})
    assert right["score"] == 1.0
    average = graded(client, "convolve-and-pool", {"pooling": "-4.25 5; -0.25 -2.5"})
    assert average["parts"]["pooling"]["mistake"] == "average_for_max"
    slip = [["-12", "4", "8", "9"], ["-14", "7", "-3", "6"], *convolution[2:]]
    carried = graded(client, "convolve-and-pool", {"convolution": slip, "pooling": "7 9; 24 4"})
    assert carried["parts"]["pooling"]["followed"] and carried["parts"]["pooling"]["score"] == 1.0
    zeros = [["0"] * 4] * 4
    gamed = graded(client, "convolve-and-pool", {"convolution": zeros, "pooling": "0 0; 0 0"})
    assert gamed["score"] == 0


def test_question_30(client: TestClient) -> None:
    right = {
        "conv1": "32×26×26",
        "pool1": "32x13x13",
        "conv2": "(32, 11, 11)",
        "pool2": "32*5*5",
        "flatten": "800",
    }
    assert graded(client, "feature-map-sizes", {**right, "neurons": "100", "classes": "10"})["score"] == 1.0
    key = {"conv1": "32×26×26", "pool1": "32×12×12", "conv2": "32×10×10", "pool2": "32×4×4", "flatten": "512"}
    said = graded(client, "feature-map-sizes", key)["parts"]
    assert {part_id: p["mistake"] for part_id, p in said.items()} == {
        "conv1": None, **dict.fromkeys(("pool1", "conv2", "pool2", "flatten"), "printed_key")
    }  # fmt: skip


def test_a_text_is_for_its_writer_to_judge(client: TestClient, bank: Bank) -> None:
    slug = "why-gradient-descent"
    said = graded(client, slug, {bank.questions[slug].parts[0].id: "为了让损失变小"})
    assert said["score"] is None
    assert [part["verdict"] for part in said["parts"].values()] == [None]


def test_unknown_questions_variants_and_parts_are_problems(client: TestClient) -> None:
    sent = {"responses": {"total": "67"}}
    assert client.post("/api/questions/nope/grade", json=sent).status_code == 404
    assert client.get("/api/questions/nope").status_code == 404
    assert client.get("/api/questions/why-gradient-descent?variant=1").status_code == 404
    refused = client.post("/api/questions/fcn-parameter-count/grade", json={"responses": {"nope": "1"}})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "nope"
    assert client.get("/api/nope").headers["content-type"] == "application/problem+json"


def test_grading_keeps_nothing(client: TestClient) -> None:
    response = client.post("/api/questions/fcn-parameter-count/grade", json={"responses": {"total": "67"}})
    assert "set-cookie" not in response.headers
    assert "还没有作答记录" in client.get("/progress").text


@pytest.mark.parametrize(
    "response",
    [None, 67, 6.7, True, [], {}, [[["67"]]], {"a": {"b": []}}, "9^9^9^9", "1/0", "nan", "∞", "6" * 5000, "\x00", "=" * 400],
)  # fmt: skip
def test_any_response_to_any_part_gets_a_verdict(client: TestClient, bank: Bank, response: Any) -> None:
    for question in bank:
        said = graded(client, question.slug, {part.id: response for part in question.parts})
        for part in question.parts:
            verdict = said["parts"][part.id]
            assert part.response == "text" or verdict["verdict"] in (
                "unreadable",
                "incorrect",
                "correct",
                "partly",
            )
            assert verdict["feedback"]["zh"] and verdict["feedback"]["en"]
