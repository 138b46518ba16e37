"""A request as a `curl` command and as `.http` text, safe to show in a terminal.

Values come from records. Each is one quoted word for the shell; control characters and direction marks are
written as JSON escapes, which mean the same text to the vendor.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from custmap.diagnostics.plain import without_commands
from custmap.values.numbers import with_plain_numbers


def curl_text(method: str, url: str, headers: Mapping[str, Any], content: str | None) -> str:
    """The command on several lines; `--globoff` because curl would read `{{token}}` and `[` as lists."""
    words = [f"curl --globoff -X {shlex.quote(method)} {shlex.quote(url)}"]
    for name, value in headers.items():
        # `-H "name:"` would make curl remove the header; `name;` sends it empty.
        line = f"{name}: {_header_line(value)}" if text_of(value) else f"{name};"
        words.append(f"-H {shlex.quote(line)}")
    if content is not None:
        words.append(f"--data-raw {shlex.quote(content)}")
    return " \\\n  ".join(words)


def http_text(method: str, url: str, headers: Mapping[str, Any], content: str | None) -> str:
    """Request line with the whole URL, headers, a blank line and the content."""
    lines = [f"{method} {url} HTTP/1.1"]
    lines += [f"{name}: {_header_line(value)}".rstrip() for name, value in headers.items()]
    if content is not None:
        lines += ["", content]
    return "\n".join(lines)


def json_text(body: Any) -> str:
    """A body as JSON text that is safe to show."""
    return without_commands(printable(json.dumps(body, ensure_ascii=False, allow_nan=False)))


def _header_line(value: Any) -> str:
    # Headers have no escapes; of these characters only C1 controls affect a terminal.
    return "".join(sign if sign in "\t\xa0\xad" else printable(sign) for sign in text_of(value))


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(with_plain_numbers(value))


def printable(text: str) -> str:
    """`text` with characters that affect a terminal (controls, direction marks, U+2028) as JSON escapes."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)
