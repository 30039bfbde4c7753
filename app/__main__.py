"""The command line: `python -m app --help` lists the commands, which are in app/commands."""

import typer

from app.commands import people, progress, questions, serving

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Gradus: an exam-prep tutor for deep learning.",
)
for module in (serving, questions, people, progress):
    cli.add_typer(module.cli)

if __name__ == "__main__":
    cli()
