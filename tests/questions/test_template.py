"""Templates from anyone: they see the given numbers, do little sums with them, and cost little."""

import re
import time
from typing import Any

import pytest

from app.questions.template import Faulty, TemplateError, calculate, fill

GIVEN: dict[str, Any] = {
    "x": [1, 2, 3],
    "n": 5,
    "z": 0,
    "layers": [{"kind": "dense", "units": 4}],
    "big": list(range(20_000)),
    "s": "a" * 100_000,
}


def refused(source: str) -> Faulty:
    start = time.process_time()
    with pytest.raises(TemplateError) as raised:
        fill(source, GIVEN)
    assert time.process_time() - start < 2  # a loose backstop
    assert isinstance(raised.value, Faulty) and re.search("[\u4e00-\u9fff]", raised.value.sentence.zh)
    assert str(raised.value) == raised.value.sentence.en
    return raised.value


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ ''.__class__ }}", "write ['name']"),
        ("{{ layers[0].kind }}", "write ['name']"),
        ("{% if 0 %}{{ x.append(1) }}{% endif %}", "calls"),
        ("{{ range(10) }}", "calls"),
        ("{{ [].__class__.__base__ }}", "write ['name']"),
        ("{{ x | attr('y') }}", "no “attr”"),
        ("{{ x | map('upper') }}", "no “map”"),
        ("{{ x is callable }}", "no “callable”"),
        ("{{ x | join(d=1) }}", "like this"),
        ("{{ x | join(*x) }}", "like this"),
        ("{{ 'a' ~ 'b' }}", "“~”"),
        ("{{ {'a': 1} }}", "{name: value}"),
        ("{{ (1, 2) }}", "round brackets"),
        ("{% set a = 1 %}", "{% set %}"),
        ("{% set a %}{% endset %}", "{% set %}"),
        ("{% macro f() %}{% endmacro %}", "{% macro %}"),
        ("{% block a %}{% endblock %}", "{% block %}"),
        ("{% with a = 1 %}{% endwith %}", "{% with %}"),
        ("{% call x() %}{% endcall %}", "{% call %}"),
        ("{% filter upper %}{% endfilter %}", "{% filter %}"),
        ("{% include 'x' %}", "{% include %}"),
        ("{% import 'x' as y %}", "{% import %}"),
        ("{% from 'x' import y %}", "{% from %}"),
        ("{% extends 'x' %}", "{% extends %}"),
        ("{% autoescape false %}{% endautoescape %}", "Templates know no"),
        ("{% for a in x recursive %}{% endfor %}", "two deep"),
        ("{% for a in x %}{% for b in x %}{% for c in x %}{% endfor %}{% endfor %}{% endfor %}", "two deep"),
        ("{% for a, b in x %}{% endfor %}", "one variable"),
        ("{{ self }}", "“self” is not given"),
        ("{{ cycler }}", "“cycler” is not given; given are: x, n, z, layers, big, s."),
        ("{{ x[7] }}", "there are 3, counted from 0"),
        ("{{ layers[0]['unit'] }}", "there are kind, units"),
    ],
)
def test_what_is_not_of_the_language_is_refused(source: str, said: str) -> None:
    assert said in refused(source).sentence.en


@pytest.mark.parametrize(
    "source",
    [
        "{{ 10**10**10 }}",
        "{{ 9**9**9**9 }}",
        "{{ 'a' * 10**9 }}",
        "{{ x * 10**9 }}",
        "{{ [1] * 1000000000 }}",
        "{{ x + x }}",
        "{{ 'a' + 'b' }}",
        "{{ '%999999999d' % 1 }}",
        "{{ 999999999999999 * 10 }}",
        "{{ 0.1 ** -300 }}",
        "{{ 2 | round(1000000000) }}",
        "{{ [999999999999999, 999999999999999] | sum }}",
        "{{ x | sum(s) }}",
        "{{ s | int }}",
        "{{ big | join(s) }}",
        "{{ big | join(',') }}",
        "{{ s }}{{ s }}",
        "{{ " + "9" * 5000 + " }}",
        "{{ 1e999 }}",
        "{{ n / z }}",
        "{{ n % z }}",
        "{{ n // z }}",
        "{{ (0 - 8) ** 0.5 }}",
        "{{ 1 < 'a' }}",
        "{{ -s }}",
        "{{ [] | first }}",
        "{{ [] | matrix }}",
        "{{ x | polynomial(s) | length }}{% for a in big[:9000] %}{{ x | polynomial(s) | length }}{% endfor %}",
        "{% for a in n %}{% endfor %}",
        "{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}",
        "{% for a in big[:200] %}{% for b in big[:200] %}{% endfor %}{% endfor %}",
        "{% for a in big[:9000] %}{{ big | sum }}{% endfor %}",
        "{% for a in big[:9000] %}{% if big == big %}{% endif %}{% endfor %}",
        "{% for a in big[:9000] %}{% if s in s %}{% endif %}{% endfor %}",
        "{% for a in big[:9000] %}{{ s[1:] | length }}{% endfor %}",
        "{% for a in big[:9000] %}{{ big }}{% endfor %}",
        "{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}",
        "{{ " + "not " * 50_000 + "1 }}",
        "{{ " + "-" * 50_000 + "1 }}",
        "{{ " + "1 + " * 20_000 + "1 }}",
        "{{ x" + "[0]" * 20_000 + " }}",
        "{{ x" + " | first" * 20_000 + " }}",
        "{{ " + "[" * 20_000 + "]" * 20_000 + " }}",
        "{{ " + "1 if 1 else " * 20_000 + "1 }}",
        "{% if 1 %}" * 5_000 + "{% endif %}" * 5_000,
        "{{ 1 }}" * 30_000,
        "{{ '\\ud800' }}",
        "{{ '\\0' }}",
        "{{",
        "{%",
        "{# x",
        "{{ x",
        "{% if x %}",
        "{% endif %}",
        "{% nonsense %}",
    ],
)
def test_an_attack_is_refused_at_once(source: str) -> None:
    refused(source)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("nothing { to } fill\n", "nothing { to } fill"),
        ("{{ x }} {{ n }} {{ 0.5 }} {{ true }}", "[1, 2, 3] 5 0.5 True"),
        ("{{ x[0] }}{{ x[-1] }}{{ x[1:] }}{{ layers[0]['units'] }}", "13[2, 3]4"),
        ("{{ 2 * n + 1 }} {{ n // 2 }} {{ n % 2 }} {{ n ** 2 }} {{ -n }} {{ n / 2 }}", "11 2 1 25 -5 2.5"),
        (
            "{{ x | sum }} {{ x | join(', ') }} {{ x | min }} {{ x | max }} {{ x | length }}",
            "6 1, 2, 3 1 3 3",
        ),
        (
            "{{ 2.345 | round(2) }} {{ 2.1 | round(0, 'ceil') }} {{ 3.9 | int }} {{ '12' | int }}",
            "2.35 3.0 3 12",
        ),
        ("{{ x | times }} {{ x | polynomial('w') }}", "1×2×3 w^{2} + 2 w + 3"),
        ("{% for a in x if a > 1 %}{{ a }};{% else %}none{% endfor %}", "2;3;"),
        ("{% for a in [] %}{% else %}none{% endfor %}", "none"),
        ("{% for n in x %}{{ n }}{% endfor %}{{ n }}", "1235"),
        ("{% if n > 9 %}a{% elif 1 < n <= 5 and not z %}b{% else %}c{% endif %}", "b"),
        ("{{ 'yes' if 2 in x else 'no' }} {{ 'odd' if n is odd }}", "yes odd"),
        ("{{ nope is defined }} {{ n is defined }} {{ x[9] is undefined }}", "False True True"),
        ("{{ n is number }} {{ x is sequence }} {{ n is not string }}", "True True True"),
        ("{% raw %}{{ x }}{% endraw %}{# said #}", "{{ x }}"),
    ],
)
def test_what_templates_can_do(source: str, written: str) -> None:
    assert fill(source, GIVEN) == written


def test_an_input_is_one_expression_under_the_same_rules() -> None:
    assert calculate(" {{ x[1:] }} ", GIVEN) == [2, 3]
    for hostile in (
        "{{ n }} and {{ n }}",
        "{{ n }}{% if 1 %}{% endif %}",
        "{{ n",
        "{{ 9**9**9 }}",
        "{{ x.y }}",
        "{{ }}",
    ):
        with pytest.raises(Faulty):
            calculate(hostile, GIVEN)


def test_nothing_of_the_given_numbers_is_changed() -> None:
    kept = {"x": [3, 1, 2]}
    fill("{% for x in x %}{{ x }}{% endfor %}{{ x | max }}", kept)
    assert kept == {"x": [3, 1, 2]}
