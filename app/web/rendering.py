"""Pages and fragments from templates, one environment a language."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.locale import translations
from app.questions import markup
from app.questions.shown import LAYER_TITLES
from app.questions.topics import topic_title
from app.questions.variant import Variant
from app.quizzes import clock
from app.text import LANGUAGES, Language, Text, text

ROOT = Path(__file__).parents[2]
SESSION = "session"  # the cookie of who is signed in
THEMES = ("auto", "dark", "light")
LEVEL_NAMES = {1: text("入门", "Basic"), 2: text("考试", "Exam"), 3: text("进阶", "Advanced")}
FIGURES = ("three_steps",)  # pictures that no operation draws


@lru_cache(maxsize=256)
def versioned(path: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep it for good."""
    file = ROOT / "static" / path
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
    return f"/static/{path}?v={digest}"


def environment(language: Language) -> Environment:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        static=versioned, language=language, topic_title=topic_title, kind_name=LAYER_TITLES.__getitem__
    )
    env.globals["level_names"] = {level: name[language] for level, name in LEVEL_NAMES.items()}
    env.filters["say"] = lambda words: markup.spoken(plain(words, language))
    env.filters["line"] = lambda words: Markup(markup.inline(plain(words, language)))  # noqa: S704 (markup escapes)
    env.filters["prose"] = lambda words: Markup(markup.block(plain(words, language)))  # noqa: S704
    env.filters["formula"] = lambda latex: Markup(markup.formula(latex))  # noqa: S704
    env.filters |= {"moment": clock.written, "moment_field": clock.field}  # always beside `zone`
    env.globals["zone"] = clock.NAMED[language]
    env.filters["percent"] = lambda share: f"{round(100 * share)}%"
    env.globals.update(draw=lru_cache(maxsize=2048)(lambda variant: drawn(env, variant)))
    env.filters |= {"marks": marks, "lasting": lasting}
    env.filters["minus"] = lambda number: str(number).replace("-", "\u2212")
    return env


def drawn(env: Environment, variant: Variant) -> Markup:
    """The picture of what a variant gives; drawn once, since it never changes."""
    wanted = variant.question.picture
    picture = variant.picture
    kind = picture.kind if picture else wanted if wanted in FIGURES else None
    return Markup(env.get_template(f"pictures/{kind}.html").render(picture=picture) if kind else "")  # noqa: S704


def marks(number: float) -> str:
    """At most two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def lasting(seconds: float) -> str:
    """Minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def plain(words: Text | str, language: Language) -> str:
    return words[language] if isinstance(words, Text) else words


ENVIRONMENTS = {language: environment(language) for language in LANGUAGES}


def language_of(request: Request) -> Language:
    """What the link just chose, else the cookie, else Chinese."""
    chosen = request.query_params.get("lang") or request.cookies.get("language")
    return "en" if chosen == "en" else "zh"


def theme_of(request: Request) -> str:
    theme = request.cookies.get("theme", "auto")
    return theme if theme in THEMES else "auto"


def wants_fragment(request: Request) -> bool:
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def render(
    request: Request,
    page: str,
    context: Mapping[str, Any],
    fragment: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The fragment for htmx, else the whole page; a page at one address is never mistaken for the other."""
    template = fragment if fragment and wants_fragment(request) else page
    chosen = language_of(request)
    other = "zh" if chosen == "en" else "en"
    address = urlsplit(context.get("here") or here(request))
    query = [(k, v) for k, v in parse_qsl(address.query) if k != "lang"] + [("lang", other)]
    shared = {
        "theme": theme_of(request),
        "account": getattr(request.state, "account", None),
        "unsure": SESSION in request.cookies and not hasattr(request.state, "account"),
        "here": here(request),
        "other_language": f"{address.path}?{urlencode(query)}",
    }
    html = ENVIRONMENTS[chosen].get_template(template).render(shared | dict(context))
    response = HTMLResponse(html, status, headers={"Vary": "HX-Request, Cookie", "Cache-Control": "no-store"})
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            "language", chosen, max_age=365 * 86400, httponly=True, samesite="lax", secure=is_secure(request)
        )
    return response


def is_secure(request: Request) -> bool:
    return bool(request.app.state.settings.https or request.url.scheme == "https")


def here(request: Request) -> str:
    """This page's address on this site, for coming back to it."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
