"""An answer as it is read: its sentences and clauses, where words occur, what is negated, of whom it speaks."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from app.grading.characters import normalise, widths
from app.grading.occurrences import Hit, from_longest, longest, occurrences
from app.grading.phrases import (
    DENIALS,
    NEGATION,
    NEGATIONS,
    OPPOSITES,
    REVERSALS,
    WHOLE,
    Subject,
    Words,
)
from app.grading.pinyin import SAME_SOUND
from app.grading.vocabulary import Vocabulary, sound_of

MOST_CHARACTERS = 10_000  # what is read of an answer
GAP = 8  # widths that … may bridge
REACH = 10  # widths that a negation reaches

ITEM = r"(?:(?<=\s)|(?<=[。;!?])|^)\(?(?:\d{1,2}\s*[.、)](?!\d)|[a-h]\))|[①-⑳]"
SENTENCE = re.compile(rf"[。;!?\n]|(?<=[^\d\s])\.(?=\s|$|[\u3400-\u9fff])|{ITEM}", re.MULTILINE)
CLAUSE = re.compile(
    rf"{SENTENCE.pattern}|[,，:()]|但|(?<![从因反进继])(?<!因.)(?<!因..)(?<!因...)(?<!为.)(?<!为..)而(?![且是已])|\b(?:but|while|whereas)\b",
    re.MULTILINE,
)
OTHER = r"(?:传统的?|普通的?|一般的?|原来的?|(?: an?| the| plain| vanilla| ordinary| in| with| for)+)? ?$"
COMPARED = re.compile(  # what a subject is compared with is not the subject
    rf"(?:而不是|而非|比起?|相比于?|相较于?|不像|不同于|有别于|与|和|跟|同|对比|不如|不及|比不上|优于|胜过|强于|好于|超过|than|rather than|instead of|unlike|to|with|from|outperform\w*|beats?){OTHER}"
)
CONTRAST = re.compile(
    r"比|而不是|而非|rather than|instead of|不像|不同|有别|相同|一样|than|unlike|相较|compared|differ|不如|不及|优于|胜过|强于|好于|超过|outperform|beat"
)
COMPARISON = (  # what stands before, and after, something that another is compared with
    re.compile(
        r"(?:比起|不像|相对于|相比于?|相较于?|不同于|\bunlike|\bthan|compared (?:to|with))[^,。;]{0,10}$"
    ),
    re.compile(r"[^,。;]{0,6}(?:相比|相较|不同)"),
)
OBJECT = re.compile(  # nor is what it mends, or is a multiple of
    r"(?:(?:缓解|解决|克服|避免|改善|弥补|改进|针对|摆脱)了?"
    rf"|\b(?:times|eas|mitigat|solv|overcom|fix)\w*(?: [^.,;]{{0,30}} of)?){OTHER}"
)
JOINED = re.compile(r"[^。;,]{0,6}?(?:和|与|跟|及|、|/|vs|\band\b|\bor\b|&)[^。;,]{0,6}?")
MULTIPLE = re.compile(r" ?的?(?:约|大约)? ?[\d一二三四五两几数]+ ?倍")
UNREAL = re.compile(  # what would be so otherwise: a negation in it takes nothing back
    r"(?:如果|若|假如|要是|倘若|一旦)[^。;]{0,6}(?:没|不|无|去掉|缺)|(?:没有|没|不用|不加|缺少|去掉)[^,。;]{0,14}"
    r"(?:的话|时|,?就|,?(?<![正法规原准否])则(?!化)|,?只能|,?只会|,?那么)|否则|不然|otherwise|\bif [^.;]{0,30}\b(?:not|no)\b"
    r"|(?:没有|没|不用|不加|缺少|去掉)[^,。;]{0,14},[^,。;]{0,8}就(?:不能|无法|没法|只)|without[^.;]{0,40}would"
)
INCAPABLE = re.compile("不[了到]")
INSTEAD = re.compile("只|仅|而是|的?时候|就")  # “不改模型只看结果”: the negation ends


class Passage:
    def __init__(self, answer: str, vocabulary: Vocabulary) -> None:
        self.text = normalise(answer[:MOST_CHARACTERS])
        self.words = vocabulary.of(self.text, self.sounds)
        self.width = widths(self.text)
        self.sentence = numbered(self.text, SENTENCE)
        self.clause = numbered(self.text, CLAUSE)
        self.found: dict[str, list[Hit]] = {}
        self.rows: dict[tuple[Words, ...], list[Hit]] = {}
        self.speaks: dict[int, list[int | None]] = {}

    # --- words ---------------------------------------------------------------------------------------

    def hits(self, steps: tuple[Words, ...]) -> list[Hit]:
        """Where any word of the first step occurs, followed within a gap by one of each further step."""
        if steps not in self.rows:
            self.rows[steps] = self.joined(steps)
        return self.rows[steps]

    def joined(self, steps: tuple[Words, ...]) -> list[Hit]:
        rows = self.any_place(steps[0])
        for step in steps[1:]:
            following = self.any_place(step) if rows else []
            rows = [joined for hit in rows if (joined := self.followed(hit, following, NEGATION in steps[0]))]
        return rows

    def any_place(self, step: Words) -> list[Hit]:
        present = step & self.words
        if NEGATION in step:
            present = present | {NEGATION}
        return sorted(hit for word in present for hit in self.places(word))

    def followed(self, hit: Hit, following: list[Hit], negative: bool) -> Hit | None:
        for after in following:
            if after.start >= hit.end:
                near = self.apart(hit.end, after.start) <= GAP
                if near and self.clause[hit.start] == self.clause[after.start]:
                    denied = hit.denied or self.turned(hit.end, after.start, negative)
                    return Hit(hit.start, after.end, hit.typo or after.typo, denied)
                return None
        return None

    def turned(self, start: int, end: int, negative: bool) -> bool:
        """Whether a negation stands between two words, or what turns a negation round: “不能防止…”."""
        between = self.negated_clauses.get(self.clause[start], []) if start < end else []
        if any(start <= hit.start and hit.end <= end for hit in between):
            return True
        return negative and any(start <= h.start and h.end <= end for h in self.reversals)

    @cached_property
    def reversals(self) -> list[Hit]:
        return [hit for word in REVERSALS for hit in occurrences(word, self.text)]

    def apart(self, start: int, end: int) -> float:
        return self.width[end] - self.width[start]

    def places(self, word: str) -> list[Hit]:
        """Every place of a word, not inside a longer whole word; also where it only sounds so."""
        if word == NEGATION:
            return self.plain_negations
        if word not in self.found:
            exact = [hit for hit in occurrences(word, self.text) if not self.inside_whole(hit)]
            self.found[word] = exact + self.sounding(word)
        return self.found[word]

    def sounding(self, word: str) -> list[Hit]:
        sound = sound_of(word)
        if not sound or sound not in self.sounds:
            return []
        alike = occurrences(sound, self.sounds)
        return [Hit(h.start, h.end, True) for h in alike if self.text[h.start : h.end] != word]

    @cached_property
    def sounds(self) -> str:
        return self.text.translate(SAME_SOUND)

    def inside_whole(self, hit: Hit) -> bool:
        return any(
            start <= hit.start and hit.end <= end and end - start > hit.end - hit.start
            for start, end in self.wholes.get(hit.start, ())
        )

    @cached_property
    def wholes(self) -> dict[int, list[tuple[int, int]]]:
        """The whole words that cover each place."""
        covering: dict[int, list[tuple[int, int]]] = {}
        until = 0
        for hit in sorted((h for word in WHOLE for h in occurrences(word, self.text)), key=from_longest):
            asks = self.text[hit.start] == self.text[hit.end - 1]
            if asks and hit.start < until < hit.end:  # in 智能不能, 能不能 is none
                continue
            until = max(until, hit.end)
            for place in range(hit.start, hit.end):
                covering.setdefault(place, []).append((hit.start, hit.end))
        return covering

    # --- negation ------------------------------------------------------------------------------------

    @cached_property
    def negations(self) -> list[Hit]:
        hits = (hit for word in NEGATIONS for hit in occurrences(word, self.text))
        return longest(hit for hit in hits if not self.inside_whole(hit))

    @cached_property
    def plain_negations(self) -> list[Hit]:
        """Those that do not turn round the word before, as in “防止不了”."""
        turning = {hit.end for hit in self.reversals}
        return [h for h in self.negations if not (h.start in turning and INCAPABLE.match(self.text, h.start))]

    @cached_property
    def negated_clauses(self) -> dict[int, list[Hit]]:
        """The negations of each clause that mean what they say."""
        clauses: dict[int, list[Hit]] = {}
        for hit in self.negations:
            if not self.supposed(hit.start):
                clauses.setdefault(self.clause[hit.start], []).append(hit)
        return clauses

    def supposed(self, place: int) -> bool:
        """Whether the sentence has begun, there, to say what would be so otherwise."""
        return place >= self.suppositions.get(self.sentence[place], len(self.text))

    @cached_property
    def suppositions(self) -> dict[int, int]:
        starts: dict[int, int] = {}
        for match in UNREAL.finditer(self.text):
            starts.setdefault(self.sentence[match.start()], match.start())
        return starts

    def negated(self, evidence: list[Hit], reach: float = REACH) -> bool:
        """Whether a negation that is no part of the evidence stands before it in its clause, or denies it after."""
        if any(hit.denied for hit in evidence):
            return True
        for hit in evidence:
            for negation in self.negated_clauses.get(self.clause[hit.start], ()):
                own = any(h.start <= negation.start < h.end for h in evidence)
                before = negation.start < hit.start and self.apart(negation.end, hit.start) <= reach
                if before and not own and not INSTEAD.search(self.text, negation.end, hit.start):
                    return True
        return any(self.denied_after(hit, evidence) for hit in evidence)

    def denied_after(self, hit: Hit, evidence: list[Hit]) -> bool:
        """Whether what follows takes it back: “防止不了”, “…没有用”."""
        if INCAPABLE.match(self.text, hit.end) and not self.supposed(hit.end):
            return True
        clause = self.clause[hit.end - 1]
        return any(
            denial.start >= hit.end
            and self.clause[denial.start] == clause
            and not any(h.start <= denial.start < h.end for h in evidence)
            for denial in self.denials
        )

    @cached_property
    def denials(self) -> list[Hit]:
        hits = (hit for word in DENIALS for hit in occurrences(word, self.text))
        return [hit for hit in hits if not self.supposed(hit.start)]

    # --- subject -------------------------------------------------------------------------------------

    def speaks_of(self, subject: Subject, place: int) -> bool | None:
        """Whether the clause speaks of the subject, or of its opposite; None where it is open."""
        if subject.pair not in self.speaks:
            self.speaks[subject.pair] = list(self.sides(subject.pair))
        side = self.speaks[subject.pair][self.clause[place]]
        return None if side is None else side == subject.side

    def sides(self, pair: int) -> Iterator[int | None]:
        """The side of the pair each clause speaks of: the first it names, else that of the clause before.

        Of two that are joined, “训练和测试”, it speaks of neither alone; and after a sentence that turned from one to
        the other, what the next is about is open.
        """
        named: dict[int, list[int]] = {}
        sides = enumerate(OPPOSITES[pair])
        aside = last = -2
        for hit, side in sorted(
            (h, side) for side, names in sides for name in names for h in self.places(name)
        ):
            here = named.setdefault(self.clause[hit.start], [])
            if hit.start <= aside + 1 or self.aside(hit):
                aside = max(aside, hit.end)
            elif not here or (last >= 0 and JOINED.fullmatch(self.text, last, hit.start)):
                here.append(side)
            last = hit.end
        current, order = None, list[int]()
        sentence, first = 0, None
        for clause, within in dict(zip(self.clause, self.sentence, strict=True)).items():
            here = list(dict.fromkeys(named.get(clause, ())))
            if within != sentence:
                current = current if first in (None, current) else None
                sentence, first = within, current
            if len(here) == 2:
                current, order = None, here
            elif here:
                current = here[0]
            elif clause in self.former:
                current = order[self.former[clause]] if order else None
            first = current if first is None else first
            yield current

    def aside(self, hit: Hit) -> bool:
        """Whether a subject is only named as what another is compared with, or mends."""
        before = self.text[max(0, hit.start - 40) : hit.start]
        around = before[-24:] + self.text[hit.start : hit.end + 12]
        return bool(
            (COMPARED.search(before) and CONTRAST.search(around))
            or OBJECT.search(before)
            or MULTIPLE.match(self.text, hit.end)
        )

    def compared(self, start: int, end: int) -> bool:
        """Whether the words there are only what another is compared with."""
        before, after = COMPARISON
        return bool(before.search(self.text[max(0, start - 30) : start]) or after.match(self.text, end))

    @cached_property
    def former(self) -> dict[int, int]:
        """The clauses that speak of the former (0) or the latter (1)."""
        words = (("前者", 0), ("后者", 1), ("former", 0), ("latter", 1))
        return {self.clause[h.start]: n for word, n in words for h in occurrences(word, self.text)}


def numbered(text: str, breaks: re.Pattern[str]) -> list[int]:
    """For each character the number of its stretch between breaks; a break belongs to the stretch before."""
    ends = [match.end() for match in breaks.finditer(text)]
    cuts = sorted({0, *ends, len(text)})
    return [number for number, (start, end) in enumerate(pairwise(cuts)) for _ in range(start, end)]
