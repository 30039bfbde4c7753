"""A question of an instructor in several texts, and publishing them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from app.questions.source import revision_of
from app.storage.revisions import add_question, publish, question, sync_revisions

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SLUG = "two-layers"
RIGHT = """\
title: {zh: 两层网络, en: Two layers}
topics: [fully-connected]
marks: 4
minutes: 5
given: {widths: [2, 4, 3], bias: true}
prompt: {zh: "宽度 {{ widths }}，含偏置。", en: "Widths {{ widths }}, with biases."}
parts:
  - id: total
    ask: {zh: 参数总数, en: Total of parameters}
    response: number
    marks: 3
    answer: {operation: dense_parameters, result: total}
  - id: why
    ask: {zh: 为什么？, en: Why?}
    response: text
    key_points:
      - {id: weights, text: {zh: 权重, en: weights}}
      - {id: biases, text: {zh: 偏置, en: biases}}
    model: {zh: 权重加偏置, en: weights and biases}
hints: [{zh: 先数权重。, en: Count the weights first.}]
"""
TOTAL, WITHOUT_BIASES = 27, 20  # 2·4+4 + 4·3+3, and without the biases
WRONG = RIGHT.replace("result: total}", "result: total, inputs: {bias: false}}")
OTHER_NUMBERS = RIGHT.replace("[2, 4, 3]", "[3, 4, 3]")


def publish_text(
    connection: Connection, source: str, owner: int | None = None, slug: str = SLUG, hours: int = 0
) -> int:
    """Publish a text; returns its revision."""
    at = NOW + timedelta(hours=hours)
    if owner and question(connection, slug) is None:
        add_question(connection, slug, owner, None, at)
    revision = sync_revisions(connection, {slug: (revision_of(source), source)}, at)[slug]
    publish(connection, slug, revision, owner, "", at)
    return revision
