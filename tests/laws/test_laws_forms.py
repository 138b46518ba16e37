"""Law 18: what a form says, somebody else's parser reads as the body; what it could not say was refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from random import Random, SystemRandom
from typing import Any

import pytest
from form_law import Misread, check_form

from custmap.contract.form_body import INLINE, Form, openapi_style
from custmap.values.paths import Member
from custmap.wire import form_text as encoder
from custmap.wire.form_text import form_text

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
BODIES = 20_000 if LONG else 600

SIGNS = (
    "a", "b", "Z", "0", "7", "-", ".", "_", "~", " ", "  ", "+", "%", "%20", "&", "=", ";", "#", "?", "/",
    "\\", '"', "'", "*", "(", ")", "!", "$", "@", ":", "<", ">", "{", "}", "^", "`", "\n", "\r", "\t", "\0",
    "é", "ß", "日本", "🎉", "\u2028", "\u202e", "\ufeff", "[", "]", "[]", "[0]", ",", "|", "true", "null",
)  # fmt: skip
SCALARS = (True, False, 0, 1, -1, 1.0, 0.5, -2.5e-7, 1e16, 1e300, 10**25, 12345678901)
STYLES = (
    openapi_style(None, None, None),
    openapi_style("deepObject", True, None),
    openapi_style("form", False, None),
    openapi_style("spaceDelimited", False, None),
    openapi_style("pipeDelimited", None, None),
    openapi_style(None, None, "application/json"),
)


class Bodies:
    """Draws forms and bodies, with what a form cannot write among them."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def text(self, *, without: str = "") -> str:
        signs = [self.rng.choice(SIGNS) for _ in range(self.rng.choice((0, 1, 1, 2, 3, 5)))]
        return "".join(sign for sign in signs if not set(sign) & set(without))

    def name(self) -> str:
        return self.text(without="[]")

    def value(self, depth: int = 3) -> Any:
        kind = self.rng.random()
        if kind < 0.45 or not depth:
            return self.text()
        if kind < 0.65:
            return self.rng.choice(SCALARS)
        if kind < 0.67:
            return None
        if kind < 0.84:
            return [self.value(self.rng.choice((0, 0, depth - 1))) for _ in range(self.rng.randint(0, 3))]
        odd = self.rng.random() < 0.05
        keys = [self.text() if odd else self.name() for _ in range(self.rng.randint(0, 3))]
        return {key: self.value(depth - 1) for key in keys}

    def form(self, names: list[str]) -> Form:
        """Of members that are written without their names there is one: its keys are no other's."""
        if self.rng.random() < 0.5:
            return Form(self.rng.choice(list(INLINE.values())), names=frozenset(names))
        styles = {name: self.rng.choice(STYLES[1:]) for name in names}
        if names:
            del styles[self.rng.choice(names)]
        return Form(STYLES[0], styles, frozenset(names))

    def drawn(self) -> Iterator[tuple[Form, dict[str, Any]]]:
        """A form with a body that it can write."""
        while True:
            body = {self.name(): self.value() for _ in range(self.rng.randint(0, 4))}
            form = self.form(list(body))
            yield form, {name: value for name, value in body.items() if _is_written(form, name, value)}


def _is_written(form: Form, name: str, value: Any) -> bool:
    return form.at((Member(name),)).unwritable(value) is None


def bodies(seed: int, count: int) -> Iterator[tuple[Form, dict[str, Any]]]:
    drawn = Bodies(Random(seed)).drawn()
    return (next(drawn) for _ in range(count))


@pytest.mark.parametrize("chunk", range(4))
def test_somebody_else_reads_the_body(chunk: int) -> None:
    seed = SystemRandom().randrange(10**9) if LONG else chunk
    for number, (form, body) in enumerate(bodies(seed, BODIES // 4)):
        try:
            check_form(form, body, form_text(form, body))
        except Misread as error:
            pytest.fail(f"seed {seed}, body {number}: {error}\n{form}\n{body}\n{form_text(form, body)}")


def test_enough_is_written() -> None:
    """Most of what is drawn is written, of each style and kind."""
    written = [
        (form.style(name), type(value)) for form, body in bodies(0, 600) for name, value in body.items()
    ]
    assert len(written) > 800
    for style in (*INLINE.values(), *STYLES):
        for kind in (str, list, dict):
            assert (style, kind) in written, (style, kind)


def _blanks_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "quote_plus", lambda text, safe="": text.replace(" ", "+"))


def _positions_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def plant(name: str, value: list[Any], style: Any, pairs: list[str]) -> None:
        for item in value:
            encoder._write(f"{name}[]", item, style.in_list, pairs)

    monkeypatch.setattr(encoder, "_write_list", plant)


def _keys_not_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_name", lambda name: name)


def _empty_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = encoder._write

    def plant(name: str, value: Any, style: Any, pairs: list[str]) -> None:
        if value not in ([], {}):
            real(name, value, style, pairs)

    monkeypatch.setattr(encoder, "_write", plant)


def _pythons_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "scalar_text", str)


PLANTED = (_blanks_as_they_are, _positions_lost, _keys_not_encoded, _empty_left_out, _pythons_words)


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Misread):
        for form, body in bodies(0, 600):
            check_form(form, body, form_text(form, body))
