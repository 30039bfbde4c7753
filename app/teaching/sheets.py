"""The sheets that a class gives: new accounts, results by student, mistakes, the wrong answers to one question."""

from collections.abc import Callable, Sequence

from app.questions.question import Question
from app.questions.shown import response_shown
from app.teaching.answers import Answered
from app.teaching.results import Results
from app.teaching.roster import Entry
from app.teaching.spreadsheet import Sheet, Value
from app.text import Language, Text, text

Title = Callable[[str, str], Text]  # of a mistake, by the question where it was made and its name
ACCOUNT = [text("姓名", "Name"), text("学号", "Number"), text("邮箱", "E-mail"), text("密码", "Password")]
STUDENT = [
    text("姓名", "Name"), text("学号", "Number"), text("已掌握", "Mastered"), text("做过", "Tried"),
    text("平均最好成绩", "Mean of best scores"), text("最近练习（UTC）", "Last active (UTC)"),
]  # fmt: skip
MISTAKE = [
    text("错误", "Mistake"), text("名称", "Name"), text("人数", "Students"),
    text("次数（不同题面）", "Times (different numbers)"),
]  # fmt: skip
WRONG = [
    text("第几组数", "Numbers"), text("小题", "Part"), text("错误作答", "Wrong answer"), text("错误", "Mistake"),
    text("次数", "Times"), text("人数", "Students"),
]  # fmt: skip
STUDENTS_SHEET, MISTAKES_SHEET = text("学生", "Students"), text("常见错误", "Mistakes")
ANSWERS_SHEET = text("错误作答", "Wrong answers")


def accounts_sheet(made: Sequence[tuple[Entry, str]], language: Language) -> Sheet:
    """The new accounts of a roster with their passwords."""
    rows = [[entry.name, entry.number, entry.email, password] for entry, password in made]
    return Sheet("accounts", [[words[language] for words in ACCOUNT], *rows])


def students_sheet(results: Results, questions: Sequence[Question], language: Language) -> Sheet:
    heading: list[Value] = [words[language] for words in STUDENT]
    heading += [f"{q.number or ''} {q.title[language]}".strip() for q in questions]
    rows = [
        [
            one.member.name, one.member.number, one.totals.solved, one.totals.tried, percent(one.totals.mean),
            f"{one.last:%Y-%m-%d %H:%M}" if one.last else None,
            *(percent(one.cells[question.slug].best) for question in questions),
        ]
        for one in results.students
    ]  # fmt: skip
    return Sheet(STUDENTS_SHEET[language], [heading, *rows])


def mistakes_sheet(results: Results, title: Title, language: Language) -> Sheet:
    rows: list[list[Value]] = [
        [title(m.slug, m.name)[language], m.name, m.students, m.times] for m in results.mistakes
    ]
    return Sheet(MISTAKES_SHEET[language], [[words[language] for words in MISTAKE], *rows])


def wrong_sheet(question: Question, answered: Sequence[Answered], title: Title, language: Language) -> Sheet:
    """Every wrong answer, of any variant and part."""
    rows: list[list[Value]] = [
        [
            each.variant, part_id, response_shown(question.part(part_id), wrong.response)[language],
            "; ".join(title(question.slug, name)[language] for name in wrong.mistakes), wrong.times, wrong.students,
        ]
        for each in answered for part_id, listed in each.wrong.items() for wrong in listed
    ]  # fmt: skip
    return Sheet(ANSWERS_SHEET[language], [[words[language] for words in WRONG], *rows])


def percent(share: float | None) -> float | None:
    if share is None:
        return None
    shown = round(100 * share, 1)
    return int(shown) if shown.is_integer() else shown
