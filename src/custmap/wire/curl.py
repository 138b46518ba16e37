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
from custmap.wire.parameters import query_pairs


def curl_text(method: str, url: str, headers: Mapping[str, Any], body: Any) -> str:
    """The command on several lines; `--globoff` because curl would read `{{token}}` and `[` as lists."""
    words = [f"curl --globoff -X {shlex.quote(method)} {shlex.quote(url)}"]
    for name, value in headers.items():
        # `-H "name:"` would make curl remove the header; `name;` sends it empty.
        line = f"{name}: {_header_line(value)}" if text_of(value) else f"{name};"
        words.append(f"-H {shlex.quote(line)}")
    if body is not None:
        words.append(f"--data-raw {shlex.quote(payload(headers, body))}")
    return " \\\n  ".join(words)


def http_text(method: str, url: str, headers: Mapping[str, Any], body: Any) -> str:
    """Request line with the whole URL, headers, a blank line and the body."""
    lines = [f"{method} {url} HTTP/1.1"]
    lines += [f"{name}: {_header_line(value)}".rstrip() for name, value in headers.items()]
    if body is not None:
        lines += ["", payload(headers, body)]
    return "\n".join(lines)


def payload(headers: Mapping[str, Any], body: Any) -> str:
    """The body as it is sent: JSON, or a form if the content type says so."""
    kind = next((str(value) for name, value in headers.items() if name.lower() == "content-type"), "")
    if kind.startswith("application/x-www-form-urlencoded") and isinstance(body, Mapping):
        flat = {
            name: value if isinstance(value, str | list | bool | int | float) else json.dumps(value)
            for name, value in body.items()
        }
        return "&".join(pair for name, value in flat.items() for pair in query_pairs(name, value))
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
