"""One JSON object, read as no two parsers could disagree about. Pure."""

import json
from typing import Any


class AmbiguousJson(Exception):
    """The message names the rule, never the content."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise AmbiguousJson("a duplicate member")
    if "__proto__" in members:
        raise AmbiguousJson("a member named __proto__")
    return members


def _constant(_: str) -> Any:
    raise AmbiguousJson("not JSON")


def _well_formed(value: Any) -> None:
    """With a stack of its own: depth costs no recursion."""
    open_values = [value]
    while open_values:
        current = open_values.pop()
        if isinstance(current, str):
            if any("\ud800" <= character <= "\udfff" for character in current):
                raise AmbiguousJson("a lone surrogate")
        elif isinstance(current, dict):
            open_values.extend(current.keys())
            open_values.extend(current.values())
        elif isinstance(current, list):
            open_values.extend(current)


def parse_strict_object(data: bytes) -> dict[str, Any]:
    """Refuses invalid UTF-8, a byte order mark, duplicate members (escaped or not), NaN and lone surrogates."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise AmbiguousJson("not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise AmbiguousJson("not an object")
    _well_formed(value)
    return value
