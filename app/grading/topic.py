"""Whether an answer speaks of what is asked: sentences about something else, and about doing without it."""

import re

from app.grading.occurrences import occurrences
from app.grading.passage import Passage
from app.grading.phrases import CONCEPTS

SPARED = (  # that all is the same without it
    r"(?:去掉|拿掉|没有|没|不加|不用|不使用|取消|省掉|缺少|without|no) ?(?:了|任何|使用|这种|这个|the |an? )?(?:{names})"
    r"(?:(?!加了|加上|有了|引入|用了|只|仅)[^。;]){{0,24}}?"
    r"(?:照样|照旧能|(?<![不可性功智就])能(?!力|够?[^,。;]{{0,8}}只)|(?<!不)可以(?![^,。;]{{0,8}}只)|不受影响"
    r"|不(?:会|容易|易|再|至于)?[^,。;]{{0,4}}(?:下降|降低|减弱|变差|变弱|受影响|过拟合|退化|消失|爆炸)"
    r"|just as well|works? fine)"
    r"|(?:without|no) (?:the |an? |any )?(?:{names})s?[^.;]{{0,60}}? (?:still|can) (?:still )?(?:learn|fit|approx|work|model|solve|represent)"
    r"|(?:有没有|有无|不管有没有|with or without)[^,。;]{{0,3}}?(?:{names})[^。;]{{0,16}}?(?:都|一样|没区别|没差|不影响|same)"
    r"|(?:加不加|用不用|用与不用|加与不加)[^。;]{{0,16}}?(?:都|一样|没区别|没差|无所谓|不影响)"
)
DEFINED = r"(?:{names})[^,。;]{{0,4}}(?:指|就是|是|means|refers to|is)([^,。;]{{0,30}})"
PRONOUN = re.compile(r"[\s,]*(?:它|其|这|该|他们|此|it |its |this |they )")


def strays(passage: Passage, own: str) -> set[int]:
    """The sentences that open with a concept which `own`, the texts of the question, does not know, or say that
    what they open with is one."""
    foreign = [concept for concept in CONCEPTS if concept not in own]
    names = "|".join(map(re.escape, (c for c in CONCEPTS if c in own)))
    starts = {passage.sentence[place]: place for place in reversed(range(len(passage.text)))}
    astray: set[int] = set()
    previous = -1
    for sentence in sorted(starts):
        opening = passage.text[starts[sentence] : starts[sentence] + 60].lstrip(" ,")
        about = next((c for c in CONCEPTS if opening.startswith(c)), None)
        defined = re.match(DEFINED.format(names=names), opening) if names else None
        strange = defined and any(occurrences(concept, defined[1]) for concept in foreign)
        if about in foreign or strange or (previous in astray and PRONOUN.match(opening)):
            astray.add(sentence)
        previous = sentence
    return astray


def spared(passage: Passage, names: str) -> dict[int, int]:
    """Where a sentence begins to say that all is the same without what has one of the names, a|b|c."""
    found = re.finditer(SPARED.format(names=names), passage.text)
    return {passage.sentence[match.start()]: match.start() for match in found}
