"""Interface texts: Chinese in the source, English in `en.po`, read at start-up."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.text import Language


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language; Chinese needs none, its texts are the keys."""
    if language == "zh":
        return NullTranslations()
    compiled = BytesIO()
    with (Path(__file__).parent / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
