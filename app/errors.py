"""The four ways a request can fail. No HTTP here: `web/errors.py` alone knows status codes."""

from app.text import Text, text


class GradusError(Exception):
    """Carries one sentence for the reader, in both languages."""

    message = text("出错了。", "Something went wrong.")

    def __init__(
        self, message: Text | None = None, field: str | None = None, address: str | None = None
    ) -> None:
        self.message = message or type(self).message
        self.field = field
        self.address = address  # where to go on from here
        super().__init__(self.message.en)


class NotFound(GradusError):
    message = text("没有这一页。", "There is no such page.")


class NotAllowed(GradusError):
    message = text("没有权限这样做。", "You are not allowed to do this.")


class Conflict(GradusError):
    message = text("这和已有的记录冲突。", "This conflicts with what is already recorded.")


class Invalid(GradusError):
    message = text("提交的内容不符合要求。", "What was sent is not valid.")
