"""A rule's policies for change and clear, checked against the contract."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from custmap.contract.form_body import Form, FormStyle
from custmap.diagnostics.codes import Severity
from custmap.diagnostics.diagnostic import Note
from custmap.mapping.file import ClearFile, Rule
from custmap.model.clear import (
    BY_PLACE,
    IMPOSSIBLE,
    WORDS,
    Clear,
    Named,
    NameIn,
    Omit,
    Operated,
    Send,
    SendEmpty,
    SendNull,
    Write,
)
from custmap.model.kind import Kind
from custmap.model.nodes import Policy
from custmap.resolve.clear_places import ClearPlaces
from custmap.resolve.context import Context
from custmap.resolve.findings import Findings
from custmap.resolve.kinds import cleared_type
from custmap.resolve.sayings import Sayings
from custmap.values.equality import fingerprint
from custmap.values.paths import Member, Select, TargetPath, alone_at, in_path_order, name_of
from custmap.values.types import OBJECT, Type


def empty_of(type_: Type | None, source: Type | None) -> Any:
    """`""`, `[]` or `{}`, depending on the contract's type, or on the source's if the contract is open."""
    for known in (type_, source):
        if known is not None and known.known:
            if known.only("array"):
                return []
            if known.only("object"):
                return {}
            return ""
    return ""


def _refuses_null(type_: Type | None) -> bool:
    """Does the contract say that a value is never null?"""
    return type_ is not None and type_.known and not type_.nullable


OMIT: Final = Omit()


class Policies:
    """Reads the policies of one mapping's rules."""

    def __init__(
        self,
        clear: ClearFile | None,
        empty: str | None,
        places: ClearPlaces,
        form: Form | None,
        sayings: Sayings,
        findings: Findings,
        *,
        masked: bool = False,
    ) -> None:
        """`masked`: requests have a mask, so that `clear: mask` says something."""
        self._masked = masked
        self.places = places
        self.sayings = sayings
        self.templates = sayings.templates
        self._body_form = form
        self._findings = findings
        self._empty = empty or "value"
        self._file_clear = clear
        self._default = self._form(clear, None, None, None) if clear else sayings.clear or IMPOSSIBLE
        if clear is not None and form is not None:
            self._default = self._written(clear, self._default, form.default, None)

    def of(
        self,
        rule: Rule,
        context: Context,
        *,
        type_: Type | None,
        source: Type | None,
        kind: Kind,
        name: str,
        required: bool,
        identity: bool,
        path: TargetPath,
    ) -> Policy:
        """The policy of the leaf at `path`, of some kind."""
        replaced, item = context.replaced, context.item
        stated = rule.clear
        entry = not kind.is_one  # entries have their own names
        held = cleared_type(type_, source, kind)
        if entry:  # what is cleared is an entry: the type of entries decides what is empty
            source = source and source.extra
        if stated is not None:
            clear = self._form(stated, held, source, None if entry else name)
            if isinstance(context.form, FormStyle):
                style = context.form.in_object if entry else context.form
                clear = self._written(stated, clear, style, held)
            self._check_operated(stated, clear, context)
            # Whether it fits a gone item is checked with the lists.
            self._check_clear(stated, clear, held, replaced=replaced or kind.has_items, item=item)
        elif identity or rule.always or required or context.part != "body" or "clear" in rule.unread:
            clear = IMPOSSIBLE
        else:
            clear = OMIT if isinstance(self._default, Operated) and replaced else self._default
            if isinstance(clear, SendEmpty):
                clear = SendEmpty(empty_of(held, source))
            self._check_default(rule, clear, held, replaced=replaced or kind.only_new)
            if (clear.only_replaced and not replaced) or (item and not clear.fits_in_item):
                clear = IMPOSSIBLE
        if kind.is_one and _is_by_key(path):
            clear = self._of_an_item(clear, stated)
        self._write(clear, rule, None if item else path)
        if isinstance(clear, Operated) and not item:
            texts = self.sayings.texts(path)
            others = self.sayings.names.of(clear.template, texts, rule.target.span, clears=True, keys=entry)
            clear = clear if others is None else replace(clear, others=others)
        elif isinstance(clear, Named) and entry:
            clear = replace(clear, others=self.places.takes_keys(clear.place, rule.target.span))
        elif isinstance(clear, Named):
            self._name(clear, name, rule)
        if kind.is_map and stated is not None and stated.as_name is not None:
            self._findings.add(
                "CM507",
                "every key is cleared by this name, so the vendor cannot tell which of them is gone",
                stated.as_name.span,
                "Remove `as`: a key is told by its own name.",
            )
        transitions = None
        if rule.transitions is not None:
            transitions = {
                fingerprint(pair.left): tuple(fingerprint(move) for move in pair.right)
                for pair in rule.transitions
            }
        return Policy(
            clear=clear,
            empty=rule.empty or self._empty,
            always=rule.always and not self.sayings.tells(context),
            identity=identity,
            immutable=rule.immutable,
            transitions=transitions,
            repeatable=rule.repeatable,
            otherwise_clear=rule.otherwise_clear,
            required=required,
        )

    def _check_default(self, rule: Rule, clear: Clear, held: Type | None, *, replaced: bool) -> None:
        """Check the file's own `clear` against the contract and the place, at a rule that uses it."""
        if self._file_clear is None:
            return
        help = "Give this rule its own `clear`, or `clear: impossible` if there is no way."
        notes = [Note(self._file_clear.span, "the file's `clear`")]
        if isinstance(clear, SendNull) and _refuses_null(held):
            message = "the file clears by null, and the contract does not allow null here"
            self._findings.add("CM521", message, rule.target.span, help, notes=notes)
        if isinstance(clear, Omit) and not replaced:
            message = "the file clears by leaving out, and the vendor does not replace this container"
            level = Severity.WARNING  # a change that it cannot tell is rejected
            self._findings.add("CM508", message, rule.target.span, help, notes=notes, severity=level)

    def container(
        self, rule: Rule | None, type_: Type | None, path: TargetPath, context: Context
    ) -> Clear | None:
        """The own way of clearing of the object at `path`, if it states one."""
        if rule is None or rule.clear is None:
            return None
        name = name_of(path)
        clear = self._form(rule.clear, type_, OBJECT, name)
        if (form := context.style(path)) is not None:
            clear = self._written(rule.clear, clear, form, type_)
        if _is_by_key(path):
            clear = self._of_an_item(clear, rule.clear)
        self._write(clear, rule, None if context.item else path)
        self._check_operated(rule.clear, clear, context)
        self._check_clear(rule.clear, clear, type_, replaced=context.replaced, item=False)
        if isinstance(clear, Named):
            self._name(clear, name, rule)
        return clear

    def _write(self, clear: Clear, rule: Rule, own: TargetPath | None) -> None:
        if rule.clear is not None:
            self.places.writes(clear, rule.clear.span, own)

    def _of_an_item(self, clear: Clear, stated: ClearFile | None) -> Clear:
        """The clear of an item that its key names: a null in its place has no key."""
        if not isinstance(clear, SendNull):
            return clear
        if stated is not None:
            self._findings.add(
                "CM509",
                "null cannot say which item is gone",
                stated.span,
                "Write `send_empty`, `send`, `skip` or `impossible`.",
            )
        return IMPOSSIBLE

    def _form(self, stated: ClearFile, type_: Type | None, source: Type | None, name: str | None) -> Clear:
        if stated.word == "mask" and not self._masked:
            help = "Write `mask: {query: PARAMETER}` or `mask: {body: PATH}` at the head of the file."
            self._findings.add("CM537", "no `mask` names what is cleared", stated.span, help)
            return IMPOSSIBLE
        if stated.word is not None:
            return WORDS.get(stated.word) or SendEmpty(empty_of(type_, source))
        forms = (stated.send, stated.write, stated.item)
        if sum(one is not None for one in forms) + len(stated.places) != 1:
            self._findings.add(
                "CM207",
                "a `clear` needs exactly one form",
                stated.span,
                "Write one of `send`, `write`, `name_in`, `item`, or `key_in` with `with`.",
            )
            return IMPOSSIBLE
        as_name = stated.as_name.value if stated.as_name else None
        if stated.send is not None:
            return Send(stated.send.value)
        if stated.item is not None:
            return self.sayings.cleared(stated.item, name or "") or IMPOSSIBLE
        if stated.write is not None:
            named = ((place, value) for path, value in stated.write if (place := self.places.read(path)))
            writes = tuple(sorted(named, key=lambda pair: in_path_order(pair[0])))
            if not all(self._can_reach(place, value, stated) for place, value in writes):
                return IMPOSSIBLE
            return Write(writes) if writes else IMPOSSIBLE
        ((form, path),) = stated.places
        place = self.places.read(path)
        if place is None:
            return IMPOSSIBLE
        made = BY_PLACE[form]
        if not self._can_reach(place, [] if made is NameIn else {}, stated):
            return IMPOSSIBLE
        self.places.names_at(place, made, path.span)
        at_place = None if self._body_form is None else self._body_form.at(place)
        if not made.takes_value:
            return made(place, as_name, form=at_place)
        if stated.with_value is None:
            self._findings.add("CM202", f"`{form}` needs `with`", stated.span, "Add e.g. `with: true`.")
        return made(place, as_name, stated.with_value.value if stated.with_value else None, at_place)

    def _can_reach(self, place: TargetPath, value: Any, stated: ClearFile) -> bool:
        """Can a form write the containers that lead to a place? A finding (CM512) if not."""
        if self._body_form is None or not isinstance(place[0], Member) or len(place) == 1:
            return True
        reason = self._body_form.style(place[0].name).unwritable(alone_at(place[1:], value))
        if reason is not None:
            message = f"the place that clearing writes {reason}"
            self._findings.add("CM512", message, stated.span, "Name a place that a form can write.")
        return reason is None

    def _name(self, clear: Named, name: str, rule: Rule) -> None:
        if clear.unwritable(name):
            message = "a form cannot write the name of this member, or the value that goes with it, there"
            help = "Give it another name, `as: NAME`, without `[`, `]` or a separator; `with` is never null."
            self._findings.add("CM512", message, rule.target.span, help)
        self.places.takes(clear.place, clear.name or name, rule.target.span)

    def _check_operated(self, stated: ClearFile, clear: Clear, context: Context) -> None:
        if isinstance(clear, Operated) and (context.item or context.replaced):
            self._findings.add(
                "CM526",
                "this is part of something that is sent whole, so no item of its own clears it",
                stated.span,
                "Write `omit`, `send_null` or another value.",
            )

    def _check_clear(
        self, stated: ClearFile, clear: Clear, held: Type | None, *, replaced: bool, item: bool
    ) -> None:
        """Check a clear against the contract's type of what is cleared, and against its place."""
        if isinstance(clear, SendNull) and _refuses_null(held):
            self._no_null("the contract does not allow null here", stated)
        if clear.only_replaced and not replaced:
            self._findings.add(
                "CM508",
                "the vendor does not replace this container, so omitting the member keeps the old value",
                stated.span,
                "`omit` is for members of a container with `merge: whole`.",
            )
        if item and isinstance(clear, Named):
            self._findings.add(
                "CM509",
                "this cannot tell which item is meant",
                stated.span,
                "Inside an item use `send_null`, `send_empty`, `send` or `impossible`.",
            )
        if isinstance(clear, Named):
            self._check_place(stated, clear)

    def _no_null(self, reason: str, stated: ClearFile) -> None:
        help = "Write the `clear` that this vendor supports, or `clear: impossible`."
        self._findings.add("CM505", reason, stated.span, help)

    def _written(self, stated: ClearFile, clear: Clear, form: FormStyle, held: Type | None) -> Clear:
        """The clear, impossible with a finding if a form cannot write what it sends.

        `form` and `held` are those of what is cleared.
        """
        match clear:
            case SendNull() if form.unwritable(None):
                if not _refuses_null(held):
                    self._no_null("the body is a form, which cannot write null", stated)
            case Send(value) if stated.send is not None and (reason := form.unwritable(value)):
                help = "Send a value that a form can write."
                self._findings.add("CM512", f"the value that is sent {reason}", stated.send.span, help)
                return IMPOSSIBLE
            case Write(writes) if reason := next(filter(None, map(self._unwritable, writes)), None):
                help = "Write a value that a form can write."
                self._findings.add("CM512", f"the value that is written {reason}", stated.span, help)
                return IMPOSSIBLE
        return clear

    def _unwritable(self, written: tuple[TargetPath, Any]) -> str | None:
        """Why a form cannot write a value at a place."""
        place, value = written
        if self._body_form is None:
            return None
        names = (segment.name for segment in place[1:] if isinstance(segment, Member))
        reason = next(filter(None, map(self._body_form.default.unwritable_key, names)), None)
        return reason or self._body_form.at(place).unwritable(value)

    def _check_place(self, stated: ClearFile, clear: Named) -> None:
        at = self.places.type_at(clear.place)
        if at is None or not at.known:
            return
        # Some vendors take one name or a list of names: a list is sent.
        fits = clear.container in at.kinds and at.only(clear.container, clear.items or clear.container)
        if not fits or (
            clear.items is not None and at.items is not None and clear.items not in at.items.kinds
        ):
            self._findings.add(
                "CM506",
                f"the contract has no {'list of texts' if clear.items else 'object'} at that path",
                stated.span,
                "Name the member in which the vendor expects the names of cleared members.",
            )


def _is_by_key(path: TargetPath) -> bool:
    """Is it an item of a list that its key names?"""
    return bool(path) and isinstance(path[-1], Select)
