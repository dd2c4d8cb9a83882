"""What FastAPI does with the keywords that `Chute(...)` passes on to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..coercion import whole_number

_IMPORT = "the import fails"
_SERVE = "the chute cannot serve"
_DOCUMENTS = "its API documentation answers 500"
_A_PATH = 'must be a path such as "/docs", or None'
_FORM_LIMITS = {"max_fields", "max_files", "max_part_size"}


@dataclass(frozen=True, slots=True)
class Demand:
    """What FastAPI wants of some keywords.

    Attributes:
        keywords: The keywords.
        fits: Whether it can work with a value that the source fixes; such a value is never
            a function, a class or an object.
        words: What it wants.
        otherwise: What happens with any other value.
        needs: Keywords that switch these off where they are empty.
        fatal: Whether the chute does not work; else only its documentation.
    """

    keywords: tuple[str, ...]
    fits: Callable[[object], bool]
    words: str
    otherwise: str = _IMPORT
    needs: tuple[str, ...] = ()
    fatal: bool = True


def _is_path(value: object) -> bool:
    return not value or (isinstance(value, str) and value.startswith("/"))


def _is_empty(value: object) -> bool:
    """Whether it is None or a collection of nothing: known entries are never objects."""
    return not value and not isinstance(value, int | float)


def _is_size(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


def _are_form_limits(value: object) -> bool:
    return value is None or (
        isinstance(value, dict)
        and value.keys() <= _FORM_LIMITS
        and all(_is_limit(each) for each in value.values())
    )


def _is_limit(value: object) -> bool:
    whole = whole_number(value)
    return whole is not None and whole >= 0


def _are_responses(value: object) -> bool:
    return not value or (
        isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())
    )


def _are_handlers(value: object) -> bool:
    return _is_empty(value) or (
        isinstance(value, dict) and not any(isinstance(key, str) for key in value)
    )


def _is_text(value: object) -> bool:
    return not value or isinstance(value, str | bytes)


def _with(*keys: str) -> Callable[[object], bool]:
    """Return whether a value is empty or a dict with some keys."""
    return lambda value: not value or (isinstance(value, dict) and set(keys) <= value.keys())


def _each_with(key: str) -> Callable[[object], bool]:
    """Return whether a value is empty or a list or tuple of dicts with some key."""
    return lambda value: (
        not value
        or (
            isinstance(value, list | tuple)
            and all(isinstance(each, dict) and key in each for each in value)
        )
    )


def _never(value: object) -> bool:
    return False


DEMANDS = (
    Demand(("title", "version"), bool, "must not be empty", needs=("openapi_url",)),
    Demand(("openapi_url",), _is_path, _A_PATH),
    Demand(("docs_url", "redoc_url"), _is_path, _A_PATH, needs=("openapi_url",)),
    Demand(
        ("swagger_ui_oauth2_redirect_url",), _is_path, _A_PATH, needs=("openapi_url", "docs_url")
    ),
    Demand(("max_body_size",), _is_size, "must be a number of bytes above 0, or None", _SERVE),
    Demand(("form_limits",), _are_form_limits, "must be a dict of limits, or None"),
    Demand(
        ("telemetry",), lambda value: value is None or isinstance(value, dict), "must be a dict"
    ),
    Demand(
        ("exception_handlers",),
        _are_handlers,
        "must be a dict of functions by status or exception",
        _SERVE,
    ),
    Demand(("on_startup",), _is_empty, "must be a list of functions", _SERVE),
    Demand(
        ("on_shutdown",),
        lambda value: not isinstance(value, int | float),
        "must be a list of functions",
    ),
    Demand(("middleware",), _is_empty, "must be a list of Middleware(...)", _SERVE),
    Demand(("routes",), _is_empty, "must be a list of routes", _SERVE),
    Demand(("dependencies",), lambda value: not value, "must be a list of Depends(...)", _SERVE),
    Demand(
        ("callbacks",),
        lambda value: not value or isinstance(value, list | dict | set),
        "must be a list of routes",
        _SERVE,
    ),
    Demand(("responses",), _are_responses, "must be a dict of dicts", _SERVE),
    Demand(("generate_unique_id_function",), _never, "must be a function", _SERVE),
    Demand(("default_response_class",), _never, "must be a class of responses", _SERVE),
    Demand(
        ("root_path",), lambda value: not value or isinstance(value, str), "must be a text", _SERVE
    ),
    *(
        Demand(keywords, fits, words, _DOCUMENTS, ("openapi_url",), fatal=False)
        for keywords, fits, words in (
            (("title", "version"), _is_text, "must be a text"),
            (("description", "summary", "terms_of_service"), _is_text, "must be a text"),
            (("contact", "swagger_ui_parameters"), _with(), "must be a dict"),
            (("license_info",), _with("name"), 'must be a dict with a "name"'),
            (("openapi_external_docs",), _with("url"), 'must be a dict with a "url"'),
            (("servers",), _each_with("url"), 'must be a list of dicts with a "url"'),
            (("openapi_tags",), _each_with("name"), 'must be a list of dicts with a "name"'),
            (("webhooks",), lambda value: not value, "must be an APIRouter"),
        )
    ),
)
