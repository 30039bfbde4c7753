"""A network laid out by layers, its rules checked by trying every pair of places."""

from itertools import product
from typing import Any

import pytest

from app.grading import layers
from app.questions.part import LayersPart

PALETTE = ["input", "convolution", "activation", "flatten", "dense", "batch_norm", "output"]
SHORT = {
    "i": "input",
    "c": "convolution",
    "a": "activation",
    "f": "flatten",
    "d": "dense",
    "b": "batch_norm",
    "o": "output",
}


def part(*rules: dict[str, Any]) -> LayersPart:
    listed = [
        {"id": f"r{n}", "why": {"zh": f"规则{n}。", "en": f"Rule {n}."}, **rule}
        for n, rule in enumerate(rules)
    ]
    return LayersPart.model_validate(
        {"id": "p", "response": "layers", "palette": PALETTE, "rules": listed, "example": ["input"]}
    )


def grade(asked: LayersPart, short: str) -> Any:
    return layers.grade(asked, [{"kind": SHORT[k]} for k in short])


def networks(kinds: str, longest: int) -> list[str]:
    return ["".join(n) for size in range(1, longest + 1) for n in product(kinds, repeat=size)]


def blamed(verdict: Any) -> set[int]:
    return {i for i, cell in enumerate(verdict.cells) if cell == "incorrect"}


def test_needs_counts_each_kind() -> None:
    asked = part({"needs": {"convolution": 2, "dense": 1}})
    for network in networks("cda", 4):
        enough = network.count("c") >= 2 and network.count("d") >= 1
        assert grade(asked, network).verdict == ("correct" if enough else "incorrect")
        assert blamed(grade(asked, network)) == set()


def test_first_and_last_look_at_the_ends() -> None:
    asked = part({"first": "input"}, {"last": ["output", "dense"]})
    for network in networks("iod", 3):
        starts, ends = network[0] == "i", network[-1] in "od"
        verdict = grade(asked, network)
        assert verdict.score == (starts + ends) / 2
        assert blamed(verdict) == ({0} if not starts else set()) | ({len(network) - 1} if not ends else set())


def test_before_holds_for_every_pair() -> None:
    asked = part({"before": ["convolution", "flatten"]}, {"needs": {"dense": 0}})
    for network in networks("cfd", 5):
        late = {
            j for i, one in enumerate(network) for j, two in enumerate(network) if one + two == "fc" and i < j
        }
        verdict = grade(asked, network)
        assert (verdict.verdict == "correct") == (not late)
        assert blamed(verdict) == late


def test_after_looks_at_the_layer_directly_before() -> None:
    asked = part({"after": {"activation": ["convolution", "batch_norm"], "output": ["dense"]}})
    for network in networks("acbdo", 4):
        wrong = {
            i for i, k in enumerate(network)
            if (k == "a" and network[max(i - 1, 0) : i] not in ("c", "b")) or (k == "o" and network[max(i - 1, 0) : i] != "d")
        }  # fmt: skip
        verdict = grade(asked, network)
        assert (verdict.verdict == "correct") == (not wrong)
        assert blamed(verdict) == wrong


def test_between_wants_one_of_the_kinds_between_consecutive_layers() -> None:
    asked = part({"between": ["dense", "dense", ["activation"]]})
    for network in networks("dab", 5):
        wrong = set()
        for j, kind in enumerate(network):
            i = network.rfind("d", 0, j)
            if kind == "d" and i >= 0 and "a" not in network[i:j]:
                wrong.add(j)
        verdict = grade(asked, network)
        assert (verdict.verdict == "correct") == (not wrong)
        assert blamed(verdict) == wrong


def test_between_two_kinds_looks_only_from_the_one_to_the_other() -> None:
    asked = part({"between": ["convolution", "dense", ["flatten"]]})
    assert [grade(asked, n).verdict for n in ("cfd", "cafad", "dc", "cd", "ccfd", "cfcd")] == [
        "correct", "correct", "correct", "incorrect", "correct", "incorrect",
    ]  # fmt: skip


def test_rules_weigh_alike_and_one_that_concerns_no_layer_does_not_count() -> None:
    asked = part(
        {"first": "input"},
        {"needs": {"dense": 1}},
        {"before": ["convolution", "flatten"]},
        {"between": ["dense", "dense", ["activation"]]},
    )
    assert grade(asked, "icfd").score == 1
    only_ends = grade(asked, "io")
    assert (only_ends.score, only_ends.feedback.en) == (0.5, "Rule 1.")
    assert grade(asked, "o").score == 0
    most = grade(asked, "ifcdd")
    assert (most.verdict, most.score, most.feedback.en) == ("partly", 0.5, "Rule 2. Rule 3.")
    assert most.feedback.zh == "规则2。规则3。"
    assert most.cells == ["correct", "correct", "incorrect", "correct", "incorrect"]


def test_a_rule_may_hold_several_conditions() -> None:
    asked = part({"needs": {"flatten": 1}, "before": ["convolution", "flatten"]})
    assert [grade(asked, n).verdict for n in ("cf", "f", "c", "fc")] == [
        "correct",
        "correct",
        "incorrect",
        "incorrect",
    ]


def test_kinds_may_be_listed_bare_and_other_settings_are_ignored() -> None:
    asked = part({"last": ["dense"]})
    settings = {"kind": "dense", "units": 10, "kernel": [3, 3], "bias": True, "rate": 0.5, "name": None}
    assert layers.grade(asked, ["input", settings]).verdict == "correct"


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (None, "Nothing is filled in"), ("", "Nothing is filled in"), ([], "Nothing is filled in"), ({}, "Nothing is filled in"),
        ("dense", "Wrong type"), ({"kind": "dense"}, "Wrong type"), (5, "Wrong type"),
        (["input", "transformer"], "Layer 2: there is no “transformer” layer."), (["softmax"], "Layer 1: there is no “softmax” layer."),
        ([{"units": 3}], "Layer 1 does not say its kind."), ([{"kind": 3}], "Layer 1 does not say its kind."), ([["dense"]], "does not say its kind"),
        ([{"kind": "dense", "inside": {"kind": "dense"}}], "does not say its kind"), (["dense"] * 41, "at most 40"),
    ],
)  # fmt: skip
def test_what_is_no_network_is_unreadable(response: object, said: str) -> None:
    verdict = layers.grade(part({"first": "input"}), response)
    assert (verdict.verdict, verdict.score) == ("unreadable", None)
    assert said in verdict.feedback.en


def test_forty_layers_are_not_too_many() -> None:
    assert layers.grade(part({"first": "dense"}), ["dense"] * 40).verdict == "correct"
