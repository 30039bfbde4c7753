"""A server with an instructor, her questions in every state, and a full class that has practised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts import sessions, users
from app.storage import attempts
from app.storage.attempts import Attempt
from app.storage.database import reading, writing
from app.teaching import authoring, classes, membership, publishing
from app.web.dependencies import refresh
from tests.teaching.pictures import diagram, written

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAMES = [
    "王小明", "李思涵", "张伟", "刘洋", "陈静怡", "杨帆", "赵磊", "黄丽",
    "周子轩", "吴迪", "徐敏", "孙悦", "马超", "朱琳", "胡一诺", "郭靖",
    "何欣", "高翔", "林可", "罗阳", "Maximiliane-Aurelia", "宋词", "郑好", "梁晨",
    "谢天",
]  # fmt: skip
PUBLISHED, DRAFT, FAULTY = "my-convolution", "my-choice", "my-number"
ANSWERED = "fcn-parameter-count"


@dataclass
class School:
    app: FastAPI
    sessions: dict[str, str] = field(default_factory=dict)  # by name

    def __post_init__(self) -> None:
        self.teacher = self.arrive("王老师", "instructor")
        self.students = [self.arrive(name) for name in NAMES]
        self.invited = self.arrive("后来的同学")
        self.write()
        self.teach()
        self.practise()

    def arrive(self, name: str, role: users.Role = "student") -> int:
        now = datetime.now(UTC)
        with writing(self.app.state.engine) as connection:
            user = users.register(connection, name, None, "a hash", now, role)
            self.sessions[name] = sessions.start(connection, user, now)
        return user.id

    def send(self, name: str, path: str, data: Mapping[str, str], **more: object) -> None:
        with TestClient(self.app, cookies={"session": self.sessions[name]}, follow_redirects=False) as client:
            answered = client.post(path, data=data, **more)  # type: ignore[arg-type]
        assert answered.status_code in (200, 303), (path, answered.status_code)

    def edit(self, slug: str, old: str, new: str, note: str | None = None) -> None:
        """Replace this in the text; with a note, publish it."""
        with writing(self.app.state.engine) as connection:
            question = authoring.owned(connection, slug, self.teacher)
            assert old in question.source
            source = question.source.replace(old, new, 1)
            if note is not None:
                publishing.publish(connection, question, source, self.teacher, note, NOW)
            else:
                authoring.save(connection, question, source, question.seen, NOW)
        refresh(self.app.state)

    def write(self) -> None:
        for start in ("operation:convolution", "response:choice", "response:number"):
            self.send("王老师", "/teach/questions/new", {"start": start})
        self.edit(FAULTY, "marks: 1", "marks: many\ncolour: red")
        self.edit(PUBLISHED, "手算卷积", "手算卷积", "第一版")
        for name in NAMES[:3]:
            self.send(name, f"/questions/{PUBLISHED}", {"output.0.0": "0", "submission": name})
        self.edit(PUBLISHED, "手算卷积", "手算一次卷积", "标题说得更清楚")
        self.edit(PUBLISHED, "stride: 1", "stride: 2")
        picture = {"file": ("loss.png", written(diagram()))}
        self.send("王老师", "/teach/images", {"alt.zh": "损失曲线", "alt.en": "A loss curve"}, files=picture)

    def teach(self) -> None:
        with writing(self.app.state.engine) as connection:
            made = classes.create(connection, self.teacher, "深度学习 2026 春", NOW)
            classes.create(connection, self.teacher, "旁听", NOW)
            for i, student in enumerate(self.students):
                membership.add(connection, made.id, student, "joined", NOW, f"202600{i + 1:02}")
            membership.add(connection, made.id, self.invited, "invited", NOW, "20260099")

    def practise(self) -> None:
        """Everybody's answers to the paper, and a few of them as they would be sent."""
        chance, library = Random(7), self.app.state.library
        with reading(self.app.state.engine) as connection:
            everyone = membership.members_of(connection, 1)
        paper = [question for question in library.bank.listed if question.number]
        with writing(self.app.state.engine) as connection:
            for i, one in enumerate(everyone[:25]):
                for question in paper[: chance.randint(3, len(paper))]:
                    entry = Attempt(
                        one.learner_id, library.revision_id(question), question.slug, 0, "answer",
                        NOW + timedelta(hours=i), score=chance.choice([1.0, 1.0, 0.67, 0.33, 0.0]),
                    )  # fmt: skip
                    attempts.record(connection, entry)
        for i, total in enumerate(["52", "48", "52", "50", "67"]):
            self.send(NAMES[i], f"/questions/{ANSWERED}", {"total": total, "submission": f"{i}-{total}"})
