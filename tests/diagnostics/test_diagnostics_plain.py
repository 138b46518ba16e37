"""Every sign that Unicode has, and what a log takes for a command, as it is written to a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Any

import pytest

from custmap.diagnostics.plain import json_document, plain, plain_json, plain_json_bytes, plain_lines

SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def test_every_sign_is_seen_and_can_be_read_back() -> None:
    for sign in map(chr, range(sys.maxunicode + 1)):
        wanted = sign
        if unicodedata.category(sign) in UNSEEN:
            code = ord(sign)
            wanted = SHORT.get(sign) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        assert plain(sign) == wanted, hex(ord(sign))


def test_every_sign_of_json_is_seen_and_stays_the_same_data() -> None:
    for start in range(0, sys.maxunicode, 4096):
        text = " ".join(map(chr, range(start, start + 4096)))  # apart: two surrogates would be one sign
        shown = plain_json(json.dumps(text, ensure_ascii=False))
        assert json.loads(shown) == text
        assert not any(unicodedata.category(sign) in UNSEEN for sign in shown), hex(start)


@pytest.mark.parametrize("text", ["##[error]x", "é##vso[task.setvariable]x", "a ##[x]##[y]"])
def test_no_text_is_a_command(text: str) -> None:
    assert "##" not in plain(text) and plain(text).replace("\\u0023", "#") == text
    data = json.dumps(text, ensure_ascii=False)
    assert "##" not in plain_json(data) and json.loads(plain_json(data)) == text
    assert plain_json_bytes(data.encode()) == plain_json(data).encode()
    assert plain_lines(f"x\n  ::error ::{text}").startswith("x\n  \\u003a:error ::")


def test_nothing_else_is_changed() -> None:
    assert plain("## a # [b] é  ::") == "## a # [b] é  ::"
    assert plain_lines("a ::b\n: :c") == "a ::b\n: :c"


@pytest.mark.parametrize("data", ["a", "é", "\x7f", "\u202e", "##", "##[a]", "\u2028"])
def test_bytes_are_as_the_text(data: str) -> None:
    line = json.dumps({"a": data}, ensure_ascii=False)
    assert plain_json_bytes(line.encode()) == plain_json(line).encode()


def test_plain_bytes_are_only_looked_at() -> None:
    line = b'{"a":"b # c"}\n'
    assert plain_json_bytes(line) is line


def test_a_document_is_indented_in_its_own_order() -> None:
    assert json_document({"b": "é\u202e", "a": [1]}) == '{\n  "b": "é\\u202e",\n  "a": [\n    1\n  ]\n}'
    number: Any = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        json_document(number)
