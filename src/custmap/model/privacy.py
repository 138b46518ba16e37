"""What of a rule's values may be shown: which are personal, and where a secret parameter is in them.

Both are facts of the checked mapping, not of a record: whatever a rule may read, or may be given, decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from msgspec import Struct

from custmap.values.equality import same
from custmap.values.paths import Index, Member, Select, TargetPath, select_text, value_text

HIDDEN: Final = "••••"
"""Stands for a personal value."""
EVERY_ITEM: Final = None
"""A step in a secret's place: every item of a list."""

Step: TypeAlias = str | int | Select | None


def steps(path: TargetPath) -> Iterator[Step]:
    """The steps of a target path."""
    for segment in path:
        match segment:
            case Member(name):
                yield name
            case Index(position):
                yield position
            case Select():
                yield segment


class Secret(NamedTuple):
    """A place that a secret parameter fills, or may fill, and what is shown there.

    `place`  the steps to it: ("card", "token"); () is the value itself.
    `shown`  `{{token}}`, or `Bearer {{token}}` where the rule has a `format`.
    """

    place: tuple[Step, ...]
    shown: str

    def below(self, *steps: Step) -> Secret:
        """The same secret, seen from further outside."""
        return Secret((*steps, *self.place), self.shown)

    def hidden_in(self, value: Any) -> Any:
        """The value without the secret; the rest is shared, and null stays.

        What has another form than the rule makes, as what a vendor holds may have, is hidden as a whole.
        """
        return changed_at(value, self.place, lambda found: self.shown, self.shown)


class Privacy(Struct, frozen=True):
    """What of a rule's values may be shown.

    `personal`  the values may be personal.
    `secrets`   the places in a value where a secret may be.
    `open_keys` the keys of the rule's items are not personal, the names of its entries are no values.
    """

    personal: bool = True
    secrets: tuple[Secret, ...] = ()
    open_keys: bool = False

    def without_secrets(self, value: Any, *, item: bool) -> Any:
        """A value of the rule, or one item of its list, with its secrets hidden."""
        for secret in self.secrets:
            value = Secret(secret.place[1:] if item else secret.place, secret.shown).hidden_in(value)
        return value

    def secret_name(self, key: str | None = None) -> str | None:
        """What is shown for the names of entries, or for the keys `key` of items, if they may be a secret."""
        if not self.secrets:
            return None
        places = ((), (EVERY_ITEM,), (EVERY_ITEM, key))
        return next((secret.shown for secret in self.secrets if secret.place in places), None)


PRIVATE: Final = Privacy()
"""Values that may be personal, and hold no secret."""


class KeyText(NamedTuple):
    """The key of an item in a target: a value, which may be personal, or a secret shown as `secret`."""

    text: str
    personal: bool
    secret: str | None


class ItemTarget(str):
    """The target of an item, or of something in it: `channels[type=email].opted_in`, with the keys apart."""

    __slots__ = ("parts",)
    parts: tuple[str | KeyText, ...]

    def __new__(cls, parts: tuple[str | KeyText, ...]) -> ItemTarget:
        made = super().__new__(cls, "".join([one if type(one) is str else one[0] for one in parts]))
        made.parts = parts
        return made

    def __getnewargs__(self) -> tuple[tuple[str | KeyText, ...]]:  # type: ignore[override]
        return (self.parts,)


def item_target(target: str, key: str, value: Any, privacy: Privacy) -> ItemTarget:
    """The target of the item of `target` whose member `key` is `value`."""
    before, text, after = select_text(Select(key, value))
    secret = privacy.secret_name(key) if privacy.secrets else None
    return ItemTarget((target + before, KeyText(text, not privacy.open_keys, secret), after))


def value_target(target: str, value: Any, privacy: Privacy) -> ItemTarget:
    """The target of an item of `target` that is itself a value: `tags[VIP]`."""
    shown = KeyText(value_text(value), privacy.personal, privacy.secret_name())
    return ItemTarget((f"{target}[", shown, "]"))


def inside(target: str, inner: str) -> str:
    """The target `inner` of something inside `target`; each may be empty."""
    if not target or not inner:
        return target or inner
    if target.__class__ is str and inner.__class__ is str:
        return f"{target}.{inner}"
    return ItemTarget((*_parts(target), ".", *_parts(inner)))


def shown_target(target: str, *, personal: bool = False, secrets: bool = False) -> str:
    """The target as a plain text, without keys that are personal or secret, unless they are asked for."""
    if not isinstance(target, ItemTarget):
        return target
    return "".join(
        one if isinstance(one, str) else _shown_key(one, personal, secrets) for one in target.parts
    )


def plain_target(target: str) -> str:
    """The target as a text of Python's own class, keys included: it is data, and other libraries write it."""
    return str(target)


def _shown_key(key: KeyText, personal: bool, secrets: bool) -> str:
    if key.secret is not None and not secrets:
        return key.secret
    return HIDDEN if key.personal and not personal else key.text


def _parts(target: str) -> tuple[str | KeyText, ...]:
    return target.parts if isinstance(target, ItemTarget) else (target,)


def changed_at(value: Any, steps: Sequence[Step], change: Callable[[Any], Any], otherwise: Any) -> Any:
    """The value with what stands at a place changed; `otherwise` where the place does not fit its form."""
    if value is None:
        return None
    if not steps:
        return change(value)
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if not isinstance(value, dict):
            return otherwise
        return {**value, step: changed_at(value[step], rest, change, otherwise)} if step in value else value
    if not isinstance(value, list):
        return otherwise
    return [
        changed_at(item, rest, change, otherwise) if is_meant(step, position, item) else item
        for position, item in enumerate(value)
    ]


def is_meant(step: Step, position: int, item: Any) -> bool:
    """Does a step lead to this item of a list?"""
    match step:
        case None:
            return True
        case Select(key, wanted):
            return isinstance(item, dict) and same(item.get(key), wanted)
        case _:
            return step == position
