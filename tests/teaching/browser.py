"""What a browser would post of a form: of its tree, and of its HTML."""

from app.teaching.nodes import Group, Input, walk

Posted = list[tuple[str, str]]


def posted(form: Group) -> Posted:
    """The fields of the tree, unchanged."""
    fields: Posted = []
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
