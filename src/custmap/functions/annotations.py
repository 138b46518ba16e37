"""Python annotations → `Type`: `str | None` is a text or null, `Annotated[dict, NAME]` is `NAME`."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from custmap.values.absent import Absent
from custmap.values.types import ANY, ARRAY, BOOLEAN, INTEGER, NULL, NUMBER, OBJECT, STRING, Type


class AnnotationError(TypeError):
    """An annotation that is not a JSON type."""


_PLAIN: Final[dict[Any, Type]] = {
    str: STRING,
    bool: BOOLEAN,
    int: INTEGER,
    float: NUMBER,
    NoneType: NULL,
    dict: OBJECT,
    list: ARRAY,
    Any: ANY,
    object: ANY,
}


def type_of(annotation: Any) -> Type:
    """The JSON type that an annotation means; AnnotationError if it is not one.

    >>> sorted(type_of(str | None).kinds), type_of(list[str]).items.kinds
    (['null', 'string'], frozenset({'string'}))
    """
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, Type):
        return annotation
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return next((extra for extra in inner[1:] if isinstance(extra, Type)), None) or type_of(inner[0])
    if origin in (Union, UnionType):
        return _union(inner)
    if origin is list:
        return Type(kinds=ARRAY.kinds, items=type_of(inner[0]))
    if origin is dict:
        if inner[0] is not str:
            raise AnnotationError("the keys of an object must be `str`")
        return Type(kinds=OBJECT.kinds, extra=type_of(inner[1]), free=True)
    if origin is Literal:
        kinds = frozenset().union(*(type_of(type(value)).kinds for value in inner))
        return Type(kinds=kinds, enum=inner)
    raise AnnotationError(
        f"`{_shown(annotation)}` is not a JSON type; use str, int, float, bool, list, dict or Any"
    )


def _union(choices: tuple[Any, ...]) -> Type:
    """One type for several; details that only one of them has (members, items) are kept."""
    absent = Absent in choices
    types = [type_of(choice) for choice in choices if choice is not Absent]
    values = [one for one in types if one != NULL]
    if len(values) == 1:
        single = values[0].or_null() if len(values) < len(types) else values[0]
        return single.maybe_absent() if absent else single
    return Type(
        kinds=frozenset().union(*(one.kinds for one in types)),
        absent=absent,
        members=next((one.members for one in values if one.members), {}),
        items=next((one.items for one in values if one.items), None),
    )


def _shown(annotation: Any) -> str:
    return getattr(annotation, "__name__", None) or str(annotation)
