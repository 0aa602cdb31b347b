"""One rule of a mapping file: how a value of the native row comes out of a foreign row.

A rule is a string (copy this key), or a table whose steps run in the order of this list; a step sees the value of the
one before, and an absent value (no key, blank text, empty list) passes through every step up to `default`.

    from       key, or list of keys: the first that has a value
    value      a constant instead of a key; with `when`: only if that key has a value
    template   text with {key}; absent when one of its keys is
    widths     true: full width to half width (NFKC)
    lower      true: lower case
    split      separator: text becomes a list
    item       index into a list; `rest`: the list from there
    search     regular expression: its group 1 (or all of it); on a list the last entry that has it
    day        true: 2022年5月1日, 2022/5/1, 2022-05-01 become 2022-05-01
    ending     name of a table: the value of the first of its keys that the text ends with
    table      name of a table: the value of the text in it; `keep = true` lets text that is not in it pass
    slug       prefix: becomes prefix + 10 hexadecimal digits of the text's SHA-256
    number     true: whole number
    default    when there is no value; a constant, or a list of further rules of which the first with a value counts
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from string import Formatter

from hub.vocabulary.errors import ImportRefused

Source = Mapping[str, object]
Rule = Callable[[Source], object]
"""None is: no value."""
Step = Callable[[object], object]
Tables = Mapping[str, Mapping[str, object]]

_DAY = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})")
_STEPS = ("widths", "lower", "split", "item", "rest", "search", "day", "ending", "table", "slug", "number")
_KEYS = frozenset([*_STEPS, "from", "value", "when", "template", "keep", "default"])


class RuleFailed(Exception):
    """A value the rule cannot turn; the row is refused."""


def compile_rule(written: object, tables: Tables) -> Rule:
    """Raises ImportRefused for a rule that is not one."""
    if isinstance(written, str):
        return _taking([written])
    if not isinstance(written, dict):
        raise _unsound(f"{written!r} is neither a key nor a table of steps.")
    if unknown := set(written) - _KEYS:
        raise _unsound(f"unknown step {min(unknown)!r}.")
    start = _start(written)
    steps = [_STEP_MAKERS[name](written[name], written, tables) for name in _STEPS if name in written]
    default = _default(written.get("default"), tables)
    return lambda row: _run(start, steps, default, row)


def keys_of_rule(written: object) -> Iterator[str]:
    """The foreign keys a rule reads."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, list):
        for further in written:
            yield from keys_of_rule(further)
    elif isinstance(written, dict):
        taken = written.get("from", [])
        yield from [taken] if isinstance(taken, str) else taken
        yield from [written["when"]] if "when" in written else []
        yield from (name for _, name, _, _ in Formatter().parse(written.get("template", "")) if name)
        yield from keys_of_rule([rule for rule in _further(written) if isinstance(rule, dict)])


def _further(written: Mapping[str, object]) -> list[object]:
    default = written.get("default")
    return default if isinstance(default, list) else []


def _run(start: Rule, steps: list[Step], default: Rule, row: Source) -> object:
    value = start(row)
    for step in steps:
        if is_absent(value):
            break
        value = step(value)
    return default(row) if is_absent(value) else value


def is_absent(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _start(written: Mapping[str, object]) -> Rule:
    if "value" in written:
        return _constant(written["value"], written.get("when"))
    if "template" in written:
        return _template(str(written["template"]))
    taken = written.get("from")
    if isinstance(taken, str):
        return _taking([taken])
    if isinstance(taken, list) and taken:
        return _taking([str(key) for key in taken])
    raise _unsound("a table of steps needs `from`, `value` or `template`.")


def _constant(value: object, when: object) -> Rule:
    if when is None:
        return lambda row: value
    key = str(when)
    return lambda row: None if is_absent(row.get(key)) else value


def _taking(keys: list[str]) -> Rule:
    def take(row: Source) -> object:
        return next((value for key in keys if not is_absent(value := row.get(key))), None)

    return take


def _template(text: str) -> Rule:
    keys = [name for _, name, _, _ in Formatter().parse(text) if name]

    def fill(row: Source) -> object:
        values = {key: row.get(key) for key in keys}
        return None if any(is_absent(value) for value in values.values()) else text.format_map(values)

    return fill


def _default(written: object, tables: Tables) -> Rule:
    if not isinstance(written, list) or not all(isinstance(further, dict) for further in written):
        return lambda row: written
    rules = [compile_rule(further, tables) for further in written]
    return lambda row: next((value for rule in rules if not is_absent(value := rule(row))), None)


def _unsound(reason: str) -> ImportRefused:
    return ImportRefused(f"The mapping file holds a rule that cannot be used: {reason}", hint="Correct the mapping.")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise RuleFailed(f"should be text, not {type(value).__name__}.")


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _widths(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    def step(value: object) -> object:
        folded = [unicodedata.normalize("NFKC", _text(entry)) for entry in _each(value)]
        return folded if isinstance(value, list) else folded[0]

    return step


def _lower(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    return lambda value: _text(value).lower()


def _split(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    separator = str(written)
    return lambda value: [part.strip() for part in _text(value).split(separator) if part.strip()]


def _item(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    index = int(str(written))
    return lambda value: next(iter(_each(value)[index : index + 1 or None]), None)


def _rest(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    index = int(str(written))
    return lambda value: _each(value)[index:]


def _search(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    try:
        pattern = re.compile(str(written))
    except re.error as error:
        raise _unsound(f"search {written!r}: {error}.") from error

    def step(value: object) -> object:
        found = [match for entry in _each(value) if (match := pattern.search(_text(entry)))]
        return found[-1].group(1 if pattern.groups else 0) if found else None

    return step


def _day(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    def step(value: object) -> object:
        match = _DAY.search(_text(value))
        if match is None:
            raise RuleFailed(f"holds no day: {_text(value)[:60]!r}.")
        year, month, day = match.groups()
        return f"{int(year):04}-{int(month):02}-{int(day):02}"

    return step


def _ending(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    endings = _table_named(written, tables)
    return lambda value: next((to for ending, to in endings.items() if _text(value).endswith(ending)), None)


def _table(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    table, keep, has_default = _table_named(written, tables), rule.get("keep") is True, "default" in rule

    def step(value: object) -> object:
        text = _text(value)
        if text in table:
            return table[text]
        if keep:
            return text
        if has_default:
            return None
        raise RuleFailed(f"is not in the mapping's table {written}: {text[:60]!r}.")

    return step


def _slug(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    prefix = str(written)
    return lambda value: prefix + hashlib.sha256(_text(value).encode()).hexdigest()[:10]


def _number(written: object, rule: Mapping[str, object], tables: Tables) -> Step:
    def step(value: object) -> object:
        try:
            return int(_text(value))
        except ValueError:
            raise RuleFailed(f"is not a whole number: {_text(value)[:60]!r}.") from None

    return step


def _table_named(written: object, tables: Tables) -> Mapping[str, object]:
    table = tables.get(str(written))
    if table is None:
        raise _unsound(f"there is no table {written!r}.")
    return table


_STEP_MAKERS: dict[str, Callable[[object, Mapping[str, object], Tables], Step]] = {
    "widths": _widths,
    "lower": _lower,
    "split": _split,
    "item": _item,
    "rest": _rest,
    "search": _search,
    "day": _day,
    "ending": _ending,
    "table": _table,
    "slug": _slug,
    "number": _number,
}
