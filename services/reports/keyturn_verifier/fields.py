"""Reads JSON objects member by member: each is checked, or the error names its path and the rule, never its value."""

import json
import re
from collections.abc import Sequence
from typing import Any

from .errors import KeyringError, invalid
from .moments import DURATION_RULE, LARGEST_INTEGER, TIME_RULE, parse_duration, parse_time

LARGEST_DOCUMENT = 1_048_576


def parse_json(text: str) -> Any:
    if len(text) > LARGEST_DOCUMENT:
        raise invalid("document", "must be at most 1 MiB")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        pass
    raise invalid("document", "must be JSON")


def _refuse_constant(_: str) -> Any:
    raise ValueError("not JSON")


class Fields:
    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid(path or "document", "must be an object")
        self._members: dict[str, Any] = value
        self._path = path

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        return name in self._members

    def raw(self, name: str) -> Any:
        return self._members.get(name)

    def fail(self, name: str, rule: str) -> KeyringError:
        return invalid(self.at(name), rule)

    def text(self, name: str, form: str, rule: str) -> str:
        value = self.raw(name)
        if isinstance(value, str) and re.fullmatch(form, value):
            return value
        raise self.fail(name, rule)

    def one_of(self, name: str, choices: Sequence[str]) -> str:
        value = self.raw(name)
        if isinstance(value, str) and value in choices:
            return value
        raise self.fail(name, f"must be one of {', '.join(choices)}")

    def integer(self, name: str, least: int, most: int = LARGEST_INTEGER) -> int:
        """A whole number; `1.0` is one, as JSON has one kind of number only."""
        value = self.raw(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        rule = f"of {least} or more" if most == LARGEST_INTEGER else f"from {least} to {most}"
        raise self.fail(name, f"must be a whole number {rule}")

    def flag(self, name: str) -> bool:
        value = self.raw(name)
        if isinstance(value, bool):
            return value
        raise self.fail(name, "must be true or false")

    def time(self, name: str) -> int:
        value = self.raw(name)
        ms = parse_time(value) if isinstance(value, str) else None
        if ms is None:
            raise self.fail(name, TIME_RULE)
        return ms

    def duration(self, name: str, least: int = 0) -> int:
        value = self.raw(name)
        ms = parse_duration(value) if isinstance(value, str) else None
        if ms is None:
            raise self.fail(name, DURATION_RULE)
        if ms < least:
            raise self.fail(name, "must be longer than 0s")
        return ms

    def object(self, name: str) -> "Fields":
        return Fields(self.raw(name), self.at(name))

    def list(self, name: str, most: int) -> "Sequence[Fields]":
        value = self.raw(name)
        if not isinstance(value, list):
            raise self.fail(name, "must be a list")
        if len(value) > most:
            raise self.fail(name, f"must have at most {most} entries")
        return [Fields(item, f"{self.at(name)}[{index}]") for index, item in enumerate(value)]
