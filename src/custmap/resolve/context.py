"""Where in a request a rule stands."""

from __future__ import annotations

from dataclasses import dataclass

from custmap.contract.form_body import Form, FormStyle, style_at
from custmap.model.kind import Kind
from custmap.model.mask import Mask, MaskedKeys
from custmap.values.paths import TargetPath, format_path


@dataclass(frozen=True, slots=True)
class Context:
    """Where in the request a node stands.

    `replaced`  leaving out a member clears it: inside a `whole` container or an item.
    `item`      inside an item of a list.
    `closed`    a member that the contract does not list is wrong.
    `mask`      names what the vendor replaces.
    `always`    the object around is in every update.
    `form`      how the body is written, or the value or the item around the node; None: not as a form.
    """

    part: str
    closed: bool
    replaced: bool = False
    item: bool = False
    form: Form | FormStyle | None = None
    always: bool = False
    mask: Mask | None = None

    def keys(self, path: TargetPath, kind: Kind) -> MaskedKeys | None:
        """How the keys of a map at a place are written, where they are in the names of a parameter."""
        mask = self.mask
        if not kind.is_map or mask is None or mask.query is None or mask.is_replaced(path):
            return None
        return MaskedKeys(mask.join, kind.is_deep)

    def is_replaced(self, path: TargetPath) -> bool:
        """Is what stands at a place replaced as one, since the mask's name for it ends there, or before?"""
        return self.mask is not None and not self.item and self.mask.is_replaced(path)

    def style(self, path: TargetPath) -> FormStyle | None:
        """How a value at a place is written in the form; None if it is written as JSON."""
        if isinstance(self.form, Form):
            return self.form.at(path) if path else None
        return None if self.form is None else style_at(self.form, path)

    def target(self, path: TargetPath) -> str:
        text = format_path(path)
        return text if self.part == "body" else f"{self.part}.{text}"
