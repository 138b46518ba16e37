"""Drawn expressions and drawn records over the same few names, so that paths often lead somewhere."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ["a", "b", "c", '"d e"']
# No 0 and 1: the `jmespath` package takes them for false and true inside lists. Null comes often: it has
# a rule of its own at most places.
SCALARS = st.none() | st.sampled_from([None, True, False, "", "x", "yz", 2, 3, -4, 2.5])


def records() -> st.SearchStrategy[object]:
    keys = st.sampled_from(["a", "b", "c", "d e"])
    inner = st.recursive(
        SCALARS,
        lambda some: st.lists(some, max_size=3) | st.dictionaries(keys, some, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(keys, inner, max_size=4) | inner


LITERALS = [
    "'x'",
    "''",
    "`null`",
    "`true`",
    "`false`",
    "`2`",
    "`-4`",
    "`2.5`",
    "`[]`",
    "`[2, 3]`",
    '`{"a": 2}`',
]
ONE = ["length", "keys", "values", "type", "to_string", "to_array", "to_number", "reverse", "sort", "max"]
ONE += ["min", "sum", "avg", "abs", "ceil", "floor", "not_null", "merge"]
TWO = ["contains", "starts_with", "ends_with", "join", "not_null", "merge"]
BY = ["sort_by", "max_by", "min_by"]
OWN_ONE = ["lower", "code", "half", "first", "part", "same_thing", "shown", "coalesce"]
OWN_TWO = ["cut", "glue", "shown", "coalesce"]


def _paths() -> st.SearchStrategy[str]:
    steps = st.sampled_from([".a", ".b", ".c", "[0]", "[-1]", "[*]", "[]", ".*", "[0:2]", "[::-1]"])
    return st.tuples(st.sampled_from([*NAMES, "@"]), st.lists(steps, max_size=3)).map(
        lambda parts: parts[0] + "".join(parts[1])
    )


def expressions(own: bool) -> st.SearchStrategy[str]:
    """Expressions as text; `own`: with calls of custmap's functions."""
    one, two = (ONE + OWN_ONE, TWO + OWN_TWO) if own else (ONE, TWO)

    def grow(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        options = [
            st.builds("{} || {}".format, part, part),
            st.builds("{} && {}".format, part, part),
            st.builds("!({})".format, part),
            st.builds("({}).{}".format, part, st.sampled_from(NAMES)),
            st.builds("({})[{}]".format, part, st.sampled_from(["0", "-1", "*", "", ":1"])),
            st.builds("({} {} {})".format, part, st.sampled_from(["==", "!=", "<", ">="]), part),
            st.builds("[{}]".format, part),
            st.builds("[{}, {}]".format, part, part),
            st.builds('{{p: {}, "q r": {}}}'.format, part, part),
            st.builds("{}.{{p: {}}}".format, st.sampled_from(NAMES), part),
            st.builds("{}.[{}]".format, st.sampled_from(NAMES), part),
            st.builds("({} | {})".format, part, part),
            st.builds("{}[?{}].{}".format, st.sampled_from(NAMES), part, st.sampled_from(NAMES)),
            st.builds("{}[*].[{}]".format, st.sampled_from(NAMES), part),
            st.builds("{}({})".format, st.sampled_from(one), part),
            st.builds("{}({}, {})".format, st.sampled_from(two), part, part),
            st.builds("{}({}, &{})".format, st.sampled_from(BY), part, part),
            st.builds("map(&{}, {})".format, part, part),
        ]
        if own:
            options.append(st.builds("if({}, {}, {})".format, part, part, part))
        return st.one_of(options)

    return st.recursive(_paths() | _paths() | st.sampled_from(LITERALS), grow, max_leaves=6)


def texts() -> st.SearchStrategy[str]:
    """What may stand where an expression should: token soup, and any text at all."""
    tokens = [
        *NAMES,
        *LITERALS,
        *"@.*[](){}|&!=<>,:-`'\"\\$ 07",
        "[?",
        "||",
        "&&",
        "==",
        "&a",
        "length(",
        "\ud800",
    ]
    return st.lists(st.sampled_from(tokens), max_size=20).map("".join) | st.text(max_size=30)
