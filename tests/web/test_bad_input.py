"""What nobody should send, sent through the pages of instructors: a sentence, nothing lost, nothing done."""

from time import process_time

import pytest
from fastapi.testclient import TestClient

from tests.teaching.test_authoring import SOURCE
from tests.web.test_authoring import begin, fields, post, source_of

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
PROMPT = 'prompt: {zh: "{{ in_channels }} 个通道", en: "{{ in_channels }} channels"}'
LOOP = "{% for a in kernel %}{% for b in kernel %}{% for c in kernel %}x{% endfor %}{% endfor %}{% endfor %}"


def asking(words: str) -> str:
    quoted = words.replace("'", "''")
    return SOURCE.replace(PROMPT, f"prompt: {{zh: '{quoted}', en: '{quoted}'}}")


HOSTILE = {
    "a billion laughs": (LAUGHS + SOURCE, "第 1 行"),
    "an object of Python": (SOURCE + "x: !!python/object/apply:os.system [ls]\n", "第 11 行"),
    "deep brackets": (SOURCE + "x: " + "[" * 50_000 + "]" * 50_000, "第 11 行"),
    "a class looked up": (asking("{{ ''.__class__ }}"), "prompt.zh"),
    "a call": (asking("{{ [].append(1) }}"), "prompt.zh"),
    "a loop of 10⁹": (asking(LOOP), "prompt.zh"),
    "a power of powers": (asking("{{ 10 ** 10 ** 10 }}"), "prompt.zh"),
    "a text of 10⁹": (asking("{{ 'a' * 1000000000 }}"), "prompt.zh"),
    "too many numbers": (SOURCE.replace("[5, 5]", str([1] * 30_000)), "第 "),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_told_at_its_place_and_kept_as_it_is(
    instructor: TestClient, headers: dict[str, str], name: str
) -> None:
    source, place = HOSTILE[name]
    started = process_time()
    address = begin(instructor, "text", source=SOURCE, slug="mine")
    sent = fields(instructor, address, "source")
    assert post(instructor, address, sent, "save", source=source).status_code == 303
    shown = instructor.get(f"{address}?view=source", headers=headers).text
    assert place in shown and 'class="problem' in shown
    assert source_of(instructor, address).rstrip() == source.rstrip()
    live = instructor.post(f"{address}/preview", data=dict(sent) | {"source": source}, headers=headers).text
    assert place in live
    assert instructor.post(f"{address}/publish").status_code == 422
    assert instructor.get("/questions/mine").status_code == 404
    imported = instructor.post("/teach/import", data={"pasted": f"# theirs.yaml\n{source}", "publish": "1"})
    assert imported.status_code == 422 and "theirs" not in instructor.get("/teach/questions").text
    assert process_time() - started < 20  # a backstop: none of them runs away


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "$\\\\text{<script>alert(1)</script>}$",
        "![x](https://evil.example/x.png)",
    ],
)
def test_script_in_markdown_is_shown_as_text(instructor: TestClient, words: str) -> None:
    address = begin(instructor, "text", source=asking(words), slug="mine")
    assert instructor.post(f"{address}/publish").status_code == 303
    for at in (address, f"{address}/try", "/questions/mine", f"{address}/history"):
        page = instructor.get(at).text.lower()
        assert "<script>alert" not in page and "<img" not in page and 'href="javascript' not in page, at
