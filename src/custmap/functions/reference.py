"""`python -m custmap.functions.reference` writes docs/functions.md from the table.

The page is checked in, so that it can be read without running anything; a test fails if it is out of date.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from custmap.expressions.function import Argument, Example, FunctionSpec
from custmap.expressions.helpers import KIND_WORDS
from custmap.functions.table import LIBRARY
from custmap.values.absent import ABSENT
from custmap.values.docstrings import docstring
from custmap.values.types import KINDS, Type

_UNLIKE_TEXT: Final = re.compile(r"['\\|\u0300-\u036f]")
_TITLES: Final = {
    "names": "Names",
    "phones": "Phones",
    "text": "Text",
    "conversion": "Conversion",
    "dates": "Dates and times",
    "choice": "Choice",
    "collections": "Lists and maps",
    "hashes": "Hashes",
}
_HEAD: Final = """# Functions

Beside JMESPath's own functions, expressions may call these. This page is written by
`python -m custmap.functions.reference`; every example on it runs as a test.

A function never sees null or absent: with an absent argument the call is absent, else with a null one null
(`coalesce` and `if` choose before that). An optional argument (`region?`) that is null or absent counts as
not given. A function that cannot do its work **fails**: its rule is rejected, with code CM704, and nothing is
guessed. A constant with which it can never do its work is found by `custmap validate` (CM308).

Functions that read a text as something else (`integer`, `date_time`, `phone_e164`, …) give `""` for `""`:
what an empty text means is said by the rule's `empty`. Two equal numbers have one text, in every function:
that of `1e16` is `10000000000000000`.

*Way back* says how the function is undone when a vendor's document is read back, which is not there yet:
`part` is the member of the record that the result goes to, and *lossy* means that the record's own spelling
may be lost on the way (`lower`).
"""

_TAIL: Final = '''## Your own

A project declares its functions in Python and hands the module to `custmap.load(…, functions=[module])` or
`--functions MODULE`; a mapping file never names code.

```python
from custmap import function
from custmap.expressions.function import FunctionError


def with_letter(number: str) -> str:
    return f"C-{number}"


@function(inverse=with_letter, examples=[("C-1001", "1001"), ("1001", FunctionError)])
def account_number(id: str) -> str:
    """The number in a customer id."""
    if not id.startswith("C-"):
        raise FunctionError("does not begin with C-")
    return id.removeprefix("C-")
```

Types are read from the annotations (`str int float bool list dict Any`, `|`, `Literal`; `Annotated` with a
`Type` says more), optional arguments from the defaults, the summary from the docstring. `FunctionError`
rejects the rule; its reason is shown to people, so it never has a value of the record in it. Where one
argument alone makes the call impossible, name it: with `FunctionError("a length is 0 or more", "length")`
`custmap validate` finds a constant that can never work, by trying it in the function's examples. `inverse`
takes a result, and the call's further arguments, back to the first argument; `lossy=True` says that the
record's own spelling may be lost.
`custmap.functions.examples.broken(account_number.__custmap__)` lists the examples
that do not hold.

A name that custmap or JMESPath has already is refused. What a function gives back must be JSON: text, finite
number, boolean, null, list, object with text keys, or `ABSENT`.
'''


def reference(table: Mapping[str, FunctionSpec] = LIBRARY) -> str:
    """The page as Markdown."""
    pieces = [_HEAD]
    topic = None
    for spec in table.values():
        if spec.topic != topic:
            topic = spec.topic
            pieces.append(f"## {_TITLES.get(topic, topic.capitalize())}\n")
        pieces.append(_function(spec))
    return "\n".join([*pieces, _TAIL])


def _function(spec: FunctionSpec) -> str:
    failing = ["can fail"] if spec.can_fail else []
    facts = " · ".join([f"gives {_type(spec.result)}", *_way_back(spec), *failing])
    rows = "\n".join(f"| ``{expression(spec, one)}`` | {_result(one)} |" for one in spec.examples)
    table = f"| call | gives |\n|---|---|\n{rows}"
    return "\n\n".join([f"### `{_signature(spec)}`", *_text(spec), facts, table]) + "\n"


def _text(spec: FunctionSpec) -> list[str]:
    """The paragraphs of the docstring, the summary first."""
    rest = docstring(spec.call).partition("\n\n")[2]
    return [spec.summary, rest] if rest else [spec.summary]


def _way_back(spec: FunctionSpec) -> list[str]:
    part = f" of `{spec.part}`" if spec.part else ""
    if spec.inverse is None:
        return [f"stands for `{spec.part}`"] if spec.part else []
    return [f"way back{part}" + (", lossy" if spec.lossy else "")]


def _signature(spec: FunctionSpec) -> str:
    return f"{spec.name}({', '.join(_argument(spec, one) for one in spec.arguments)})"


def _argument(spec: FunctionSpec, argument: Argument) -> str:
    name = argument.name + ("?" if argument.optional else "")
    repeated = ", …" if spec.variadic and argument is spec.arguments[-1] else ""
    return name + repeated


def _type(kind: Type) -> str:
    if kind.kinds == KINDS:
        return "any value"
    words = [KIND_WORDS[word] for word in KIND_WORDS if word in kind.kinds and word != "null"]
    return " or ".join(words)


def expression(spec: FunctionSpec, example: Example) -> str:
    """The call as a mapping would write it; `absent` is used for a path that does not exist.

    A `|` is written as a JSON escape, since it would end the cell of a table.
    """
    return f"{spec.name}({', '.join(map(_written, example.given))})"


def _result(example: Example) -> str:
    if example.fails:
        return "*fails*"
    return "*absent*" if example.gives is ABSENT else f"`{_json(example.gives)}`"


def _written(value: Any) -> str:
    """Texts in single quotes, everything else as JSON in backticks."""
    if value is ABSENT:
        return "absent"
    if isinstance(value, str) and value.isprintable() and not _UNLIKE_TEXT.search(value):
        return f"'{value}'"
    return f"`{_json(value)}`"


def _json(value: Any) -> str:
    marked = any(map(unicodedata.combining, str(value)))  # a combining accent would not be visible
    return json.dumps(value, ensure_ascii=marked).replace("|", "\\u007c")


if __name__ == "__main__":
    sys.stdout.write(reference())
