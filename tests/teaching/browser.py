"""What a browser would post of a form: of its tree, and of its HTML."""

from html.parser import HTMLParser

from app.teaching.nodes import Group, Input, walk

Fields = list[tuple[str, str]]


def posted(form: Group) -> Fields:
    """The fields of the tree, unchanged."""
    fields: Fields = []
    for node in walk(form):
        if not isinstance(node, Input):
            continue
        if node.kind == "ticks":
            fields += [
                (node.path, ""),
                *((node.path, name) for name, _ in node.options if name in node.chosen),
            ]
        elif node.kind == "yes_no":
            fields += [(node.path, "no"), *([(node.path, "yes")] if node.typed == "yes" else [])]
        else:
            fields.append((node.path, node.typed.replace("\n", "\r\n")))
    return fields


class Page(HTMLParser):
    """The fields, labels and buttons of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: Fields = []
        self.controls: list[dict[str, str]] = []  # with their labels around them as "label"
        self.buttons: list[dict[str, str]] = []
        self.ids: list[str] = []
        self.labels: dict[str, str] = {}  # by the field they are for
        self.open: list[tuple[str, dict[str, str]]] = []
        self.area: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        if tag in ("input", "select", "textarea"):
            given["tag"] = tag
            given["within"] = " ".join(t for t, _ in self.open)
            self.controls.append(given)
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.append((given["name"], given.get("value", "")))
        elif tag == "option" and "selected" in given:
            self.fields.append(
                (next(a["name"] for t, a in reversed(self.open) if t == "select"), given["value"])
            )
        elif tag == "textarea":
            self.area = ""
        elif tag == "button":
            self.buttons.append(given)
        if tag != "input":
            self.open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        opened, given = self.open.pop()
        assert opened == tag, f"{opened} is closed by {tag}"
        if tag == "textarea" and self.area is not None:
            text = self.area.removeprefix("\n").replace("\n", "\r\n")
            self.fields.append((given["name"], text))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area += data
        for tag, given in self.open:
            if tag == "label" and "for" in given:
                self.labels[given["for"]] = self.labels.get(given["for"], "") + data.strip()
            elif tag == "button":
                given["text"] = given.get("text", "") + data.strip()
