"""The command line: `python -m app --help` lists the commands, which are in app/commands."""

import typer

from app.commands import classes, files, people, progress, publishing, questions, serving

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gradus: an exam-prep tutor for deep learning.",
)
for panel, modules in {
    "Server": [serving],
    "Questions": [questions, publishing, files],
    "Classes": [classes],
    "People": [people],
    "Marks": [progress],
}.items():
    for module in modules:
        for command in module.cli.registered_commands:
            command.rich_help_panel = panel
        cli.add_typer(module.cli)

if __name__ == "__main__":
    cli()
