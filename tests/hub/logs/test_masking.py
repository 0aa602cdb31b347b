from __future__ import annotations

import base64
import dataclasses
import json
import time
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.logs.masking import MASK, MAX_TEXT, Masker

KEY = "hub_Ab3dEf6hIj9kLm2nOp5q"
PLAIN = st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=24, max_size=40)
"""Secrets without signs, so that no escape can disguise them."""
SIGNS = st.text([chr(code) for code in range(33, 127)], min_size=32, max_size=48).filter(lambda s: len(set(s)) > 12)
"""Secrets as HUB_SECRET_KEY allows them: any printable ASCII, quotes and backslashes among it."""


def leaks(secret: str, output: str) -> bool:
    """Whether any ten characters in a row of the secret show."""
    return any(secret[at : at + 10] in output for at in range(len(secret) - 9))


def trace_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"key {KEY} refused", "key *** refused"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("sent Bearer abc$def, twice", "sent Bearer *** twice"),
        ("?auth=Bearer%20abcdef&x=1", "?auth=Bearer%20***"),
        ("(b'authorization', b'Basic dTpw')", "(b'authorization', b***)"),
        ("{'cookie': 'a=1; b=2', 'host': 'x'}", "{'cookie': ***, 'host': 'x'}"),
        ("Set-Cookie: sid=42; Path=/", "Set-Cookie: ***"),
        ("postgresql://hub:p@ss/w:rd@db:5432/hub", "postgresql://***@db:5432/hub"),
        ("https://user@host/a", "https://***@host/a"),
        ("password=hunter2&user=x", "password=***&user=x"),
        ("HUB_SECRET_KEY=abc def", "HUB_SECRET_KEY=*** def"),
        ('{"api_key": "a \\" b", "n": 1}', '{"api_key": ***, "n": 1}'),
        ('{\\"password\\": \\"two words\\"}', '{\\"password\\": ***}'),
        ("('x-api-key', 'abc')", "('x-api-key', ***)"),
        ("Login(password='it\\'s', user='x')", "Login(password=***, user='x')"),
    ],
)
def test_secret_is_masked_by_its_form(text: str, masked: str) -> None:
    assert Masker().text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "limit_tokens: 4000 tokens: 4100",
        "http://localhost:8000/graphql",
        "金政发〔2020〕12号 已发布",
        "hub_data_dir is missing",
        "GET /site/zwgk/art_1.html 200",
        "mail to someone@example.gov.cn",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert Masker().text(text) == text


@dataclasses.dataclass
class Credentials:
    user: str
    password: str


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_value_is_masked_by_the_name_of_its_field() -> None:
    headers = [(b"Authorization", b"Basic x"), (b"host", b"h")]
    event = {
        "password": 1234,
        "apiKey": "x",
        "cookies": {"a": "b"},
        "headers": headers,
        "limit_tokens": 9,
        "token": None,
    }

    assert Masker().value(event) == {
        "password": MASK,
        "apiKey": MASK,
        "cookies": MASK,
        "headers": [["Authorization", MASK], ["host", "h"]],
        "limit_tokens": 9,
        "token": None,
    }


def test_what_json_does_not_know_becomes_masked_text() -> None:
    values = [Credentials("u", "p w"), Unprintable(), {1, 2**60}, "\ud800", b"\xff", True, 1.5]

    shown = Masker().value(values)

    assert shown[0] == "Credentials(user='u', password=***)"
    assert shown[1] == "<Unprintable that cannot be shown>"
    assert sorted(map(str, shown[2])) == ["1", str(2**60)]
    assert shown[3:] == ["\\ud800", "\\xff", True, 1.5]


def test_cyclic_and_deep_values_end() -> None:
    loop: dict[str, Any] = {"key": KEY}
    loop["self"] = loop

    assert KEY not in json.dumps(Masker().value(loop))


def test_long_text_is_cut_between_words_so_that_no_half_secret_remains() -> None:
    filler = "x " * ((MAX_TEXT - 10) // 2)

    masked = Masker(["s3cr3t-" * 5]).text(filler + "s3cr3t-" * 5 + " end")

    assert len(masked) < MAX_TEXT + 20
    assert masked.endswith("x … (cut)")
    assert Masker().text("y" * (MAX_TEXT + 1)) == " … (cut)"


HOSTILE = ["://", "token", "token=", "\\", 'secret="\\', "cookie:", "bearer ", "hub_", '"', "://a", "password\\", "é:="]


@pytest.mark.parametrize("part", HOSTILE)
def test_masking_stays_quick_on_hostile_text(part: str) -> None:
    started = time.process_time()

    Masker(["k" * 40]).text("secret=\\'" + part * (MAX_TEXT // len(part)))

    assert time.process_time() - started < 2.0


FORMS: list[Callable[[str], str]] = [
    lambda s: f"Bearer {s}",
    lambda s: f"bearer  {s}.",
    lambda s: f"hub_{s}",
    lambda s: f"x%20hub_{s}",
    lambda s: f"postgresql+asyncpg://hub:{s}@db/hub?ssl=1",
    lambda s: f"https://{s}@host",
    lambda s: f"password={s}",
    lambda s: f"client_secret: '{s}'",
    lambda s: json.dumps(json.dumps({"password": s})),
    lambda s: f"Cookie: sid={s}; theme=dark",
    lambda s: f"Authorization: Basic {base64.b64encode(s.encode()).decode()} {s}",
    lambda s: repr([(b"authorization", s.encode()), ("cookie", s)]),
    lambda s: f"?access_token={s}&first=1",
    lambda s: f"HUB_SECRET_KEY={s}",
]


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        return caught


def while_handling(first: Exception, second: Exception) -> BaseException:
    try:
        try:
            raise first
        except Exception:
            raise second  # noqa: B904 - the chain by context is what is tested
    except Exception as caught:
        return caught


def noted(text: str) -> BaseException:
    error = ValueError("x")
    error.add_note(text)
    return raised(error)


WRAPS: list[Callable[[str], Any]] = [
    lambda t: t,
    lambda t: t.encode(),
    lambda t: {"a": [{"b": (t, {"c": t})}]},
    lambda t: {t: 1, (t, 2): 3},
    lambda t: frozenset([t]),
    lambda t: [[[[[[[[[[t]]]]]]]]]],
    lambda t: Credentials("u", t),
    lambda t: ValueError("a", t),
    lambda t: {"error": KeyError(t)},
    lambda t: trace_of(raised(ValueError(t))),
    lambda t: trace_of(raised(KeyError(t), OSError(2, t, t))),
    lambda t: trace_of(while_handling(RuntimeError({"x": t}), LookupError("y"))),
    lambda t: trace_of(ExceptionGroup("many", [KeyError(t), ExceptionGroup(t, [ValueError(repr(t))])])),
    lambda t: trace_of(noted(t)),
    lambda t: repr(repr(t)),
]


@given(PLAIN, st.sampled_from(FORMS), st.sampled_from(WRAPS), st.sampled_from(WRAPS))
def test_planted_secret_shows_in_no_nesting(secret: str, form: Callable[[str], str], inner: Any, outer: Any) -> None:
    planted = form(secret)

    shown = json.dumps(
        Masker().value({"event": planted, "plain": inner(planted), "nested": outer(str(inner(planted)))})
    )

    assert not leaks(secret, shown), shown


@given(SIGNS, st.sampled_from(WRAPS))
def test_known_secret_of_any_signs_shows_in_no_nesting(secret: str, wrap: Callable[[str], Any]) -> None:
    shown = json.dumps(Masker([secret]).value({"event": f"<{secret}>", "x": wrap(f'it\'s {secret} "here"')}))

    assert not leaks(secret, shown)
    assert not leaks(json.dumps(secret)[1:-1], shown)
    assert not leaks(repr(secret)[1:-1], shown)


@given(SIGNS)
def test_known_secret_is_recognised_when_encoded(secret: str) -> None:
    masker = Masker([secret])

    for disguise in (quote(secret, safe=""), quote(secret), base64.b64encode(secret.encode()).decode()):
        assert not leaks(disguise, masker.text(f"got ({disguise})"))


@given(st.text(max_size=200))
def test_masking_again_changes_nothing(text: str) -> None:
    once = Masker().text(text)

    assert Masker().text(once) == once
