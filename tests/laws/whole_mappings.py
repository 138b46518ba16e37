"""Mappings from one seed: 2 to 12 rules of every kind side by side, in containers that they share.

What is drawn nearly always loads; where it does not, the next draw is taken.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any, Final

from whole_lists import as_list
from whole_loading import as_yaml

Rules = dict[str, Any]

TEXTS: Final = (
    "email", "lower(email)", "company", "id", "name.given", "name.middle", "given_name(name)",
    "family_name(name)", "full_name(name)", "phone_e164(phone)", "phone_e164(phone.number)", "phone.number",
    "phone.extension", "loyalty.account_id", "payment_card.token", "text(priority)", "addresses[0].city",
    "phone_e164(addresses[0].phone)", "channels[?type == 'email'].value | [0]", "coalesce(company, email)",
    "join(',', tags)", "if(blocked, company, email)", "concat(company, '/', id)",
)  # fmt: skip
WORDS: Final = ("status", "role", "phone.type", "payment_card.provider")
OTHERS: Final = (
    ("priority", "integer"), ("blocked", "boolean"), ("loyalty.member", "boolean"),
    ("length(tags)", "integer"), ("attributes.plan", None), ("attributes.a", None),
    ("custom_fields.plan", None), ("integer(custom_fields.a)", "integer"), ("tags[0]", "string"),
    ("attributes.plan == 'x'", "boolean"), ("addresses[1]", "object"),
    ("{a: email, b: company}", "object"), ("json(payment_card)", "string"), ("[payment_card]", "array"),
    ("keys(name)", "array"), ("join(' ', values(name))", "string"), ("length(phone)", "integer"),
    ("payment_card || `{}`", "object"), ("phone.*", "array"), ("[@][0].email", "string"),
    ("payment_card == `{}`", "boolean"), ("type(loyalty)", "string"),
)  # fmt: skip
CONDITIONS: Final = (
    "blocked != `true`", "coalesce(blocked, `false`) != `true`", "role == 'tester'", "status == 'active'",
    "priority > `0`",
)  # fmt: skip
SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("given", "family", "middle", "formatted"),
    "phone": ("number", "extension", "phone_e164(number)"),
    "payment_card": ("provider", "token"),
    "loyalty": ("account_id",),
    "addresses[0]": ("city", "label", "postal_code"),
    "attributes": ("plan", "a"),
}
ITEMS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "channels": ("type", ("value", "last_viewed_at", "verified", "primary", "phone_e164(value)")),
    "loyalty.enrollments": ("program_id", ("tier", "points", "tier_expires_at")),
    "addresses": ("label", ("city", "postal_code", "phone_e164(phone)")),
    "pairs(attributes)": ("key", ("value",)),
    "[payment_card]": ("provider", ("token", "default")),
    "[@]": ("id", ("email", "company")),
}
LIMITS: Final[dict[str, tuple[Rules, ...]]] = {
    "string": (
        {"maxLength": 6}, {"minLength": 2}, {"minLength": 1, "maxLength": 8}, {"pattern": "^[A-Za-z]"},
        {"format": "email"}, {"format": "date-time"}, {"enum": ["A", "Ann", "M", "email", "ann@example.com"]},
    ),
    "integer": (
        {"minimum": 0}, {"maximum": 5}, {"minimum": -5, "maximum": 5}, {"exclusiveMinimum": 0},
        {"exclusiveMaximum": 10}, {"format": "int32"}, {"multipleOf": 2}, {"enum": [0, 1, 7]},
    ),
    "number": ({"minimum": 0}, {"exclusiveMaximum": 1.5}, {"minimum": -2, "maximum": 0.5}),
    "boolean": ({"enum": [True]},),
    "array": ({"minItems": 1}, {"maxItems": 1}, {"uniqueItems": True}, {"minItems": 1, "maxItems": 2}),
}  # fmt: skip
"""What a contract may say beside a type."""
CONTAINERS: Final = (
    "o",
    "o.p",
    "o.p.q",
    "w",
    "l[0]",
    "l[1]",
    "l[2].x",
    "ch[type=email]",
    "ch[type=line]",
    "o.l[0]",
)


BESIDE: Final = (
    "o", "o.p", "o.p.q", "l[0]", "l[1]", "l[3].x", "ch[type=email]", "ch[type=app]", "o.l[1]", "w",
    "ops[path=/a]", "n[id=7].in", "deep[1][0]",
)  # fmt: skip
"""Containers in which clears write; some of them rules fill, too."""


class Drawing:
    """One mapping under construction."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.body: Rules = {}
        self.fields: Rules = {"known": "string"}
        self.parts: dict[str, Rules] = {"path": {}, "query": {}, "headers": {}}
        self.typed: dict[str, Rules] = {"query": {}, "headers": {}}
        self.count = 0
        self.names = "unset"
        self.homes = rng.sample(CONTAINERS, rng.randint(0, 3))
        if rng.random() < 0.3:
            self.homes = [one for one in CONTAINERS if one.startswith("o")]
        self.wholes = {re.sub(r"\[.*", "", one) for one in ("o", "o.p", "w", "l", "ch") if rng.random() < 0.4}

    # chance

    def seldom(self) -> bool:
        return self.rng.random() < 0.15

    def often(self) -> bool:
        return self.rng.random() < 0.5

    def one(self, *options: Any) -> Any:
        return self.rng.choice(options)

    def some(self, options: tuple[str, ...], most: int) -> list[str]:
        return self.rng.sample(options, self.rng.randint(1, min(most, len(options))))

    # places

    def name(self) -> str:
        self.count += 1
        return f"r{self.count}"

    def place(self, *, top: bool = False) -> tuple[str, bool]:
        """A new target, and whether a container around it is replaced."""
        name = self.name()
        if top or not self.homes or self.rng.random() < 0.35:
            return name, False
        home = self.rng.choice(self.homes)
        heads = [home[:at] for at in range(1, len(home) + 1) if home[at : at + 1] in ("", ".", "[")]
        return f"{home}.{name}", any(head in self.wholes for head in heads)

    def type(self, target: str, rule: Rules, kind: str | None, **limits: Any) -> None:
        """Sometimes the contract lists the member."""
        if kind is None or "[" in target or self.rng.random() < 0.6:
            return
        made = self.limited(kind, null=rule.get("clear") == "send_null", free="clear" in rule) | limits
        if self.rng.random() < 0.2:
            made["required"] = True
        self.fields[target] = made

    def limited(self, kind: str, *, null: bool = False, free: bool = False) -> Rules:
        """A type of this kind, sometimes with a limit; `free`: with none that a clear could break."""
        null = null or self.seldom()
        made: Rules = {"type": [kind, "null"] if null else kind}
        if kind in LIMITS and not free and self.rng.random() < 0.4:
            limit = self.rng.choice(LIMITS[kind])
            made |= {"enum": [*limit["enum"], None]} if null and "enum" in limit else limit
        return made

    def value_type(self, depth: int = 2) -> Rules:
        """A type for whatever a map or a list may hold."""
        if depth and self.rng.random() < 0.3:
            if self.often():
                return self.limited("array") | {"items": self.value_type(depth - 1)}
            members = {
                name: self.value_type(depth - 1) for name in self.some(("plan", "a", "city", "token"), 2)
            }
            made: Rules = {"type": ["object", "null"] if self.often() else "object", "properties": members}
            if self.seldom():
                made["required"] = [min(members)]
            if self.often():
                made["additionalProperties"] = self.one(False, self.value_type(0))
            return made
        kinds = ["string", "string", "integer", "number", "boolean"]
        if self.seldom():
            return {"type": self.rng.sample(kinds[1:], 2)}
        return self.limited(self.rng.choice(kinds))

    # clears

    def clear(
        self, name: str, *, whole: bool = False, item: bool = False, kind: str | None = None, at: str = ""
    ) -> Rules:
        """A `clear` for a rule of this last name."""
        forms = ["none", "none", "send_null", "send_null", "send_empty", "send", "impossible", "skip"]
        forms += ["omit", "omit"] if whole else []
        forms += [] if item else ["name_in", "name_in", "key_in", "write"]
        form = self.rng.choice(forms)
        match form:
            case "none":
                return {}
            case "send":
                value = {"integer": -1, "boolean": False, "object": {}}.get(kind or "", "-")
                return {"clear": {"send": value}}
            case "send_empty" if kind in ("integer", "boolean"):
                return {}
            case "name_in":
                made: Rules = {"name_in": at or self.beside("unset")}
                return {"clear": {**made, "as": f"{name}_"} if self.seldom() and not at else made}
            case "key_in":
                made = {"key_in": f"{at}_k" if at else self.beside("gone"), "with": True}
                return {"clear": made}
            case "write":
                names = (f"{name}_gone", f"{name}_too")[: 1 + self.seldom()]
                return {"clear": {"write": {self.beside(one): self.one(True, None) for one in names}}}
        return {"clear": form}

    def beside(self, name: str) -> str:
        """A place of that name for what a clear writes: alone, or in a container that rules may fill, too."""
        return self.one(name, f"meta.{name}", f'"${name}"', *(f"{around}.{name}" for around in BESIDE))

    # rules

    def source(self, sources: tuple[str, ...] = TEXTS) -> Rules:
        """A text, from one source or from the first of several."""
        if self.rng.random() < 0.2:
            options: list[Any] = list(self.rng.sample(sources, min(2, len(sources))))
            if self.seldom():
                options.insert(0, {"from": options.pop(), "when": "blocked == `true`"})
            if self.seldom():
                options.append(
                    self.one({"value": "none"}, {"param": "who"}, {"from": "role", "format": "r-{}"})
                )
            if self.seldom():
                options.insert(
                    0, {"from": "status", "values": {"active": "A"}, "unmapped": self.one("skip", "pass")}
                )
            return {"first": options}
        return {"from": self.rng.choice(sources)}

    def text(self) -> None:
        target, whole = self.place()
        rule = self.source()
        rule |= self.clear(target.rpartition(".")[2], whole=whole)
        if self.seldom():
            rule["format"] = "s-{}"
        if self.seldom():
            rule["default"] = "none"
        if self.seldom():
            rule["empty"] = self.one("clear", "reject", "value")
        self.policies(rule)
        self.body[target] = rule
        self.type(target, rule, "string")

    def word(self) -> None:
        """A word of a list, with a table of the vendor's words."""
        target, whole = self.place()
        rule: Rules = {"from": self.rng.choice(WORDS), **self.clear(target.rpartition(".")[2], whole=whole)}
        kind: str | None = "string"
        if self.often():
            rule["values"] = {"active": "A", "inactive": "I", "tester": "T", "mobile": "M", "STRIPE": "S"}
            rule["unmapped"] = self.one("pass", "skip", "reject", {"default": "?"})
            if self.seldom():
                rule["values"][self.one("active", "mobile", "STRIPE")] = None
        if rule["from"] == "status" and self.often():
            rule["values"] = {"active": "A", "inactive": "I"}
            rule["transitions"] = {"A": ["I"]}
            rule.pop("unmapped", None)
        self.policies(rule)
        self.body[target] = rule
        self.type(target, rule, kind)

    def other(self) -> None:
        target, whole = self.place()
        source, kind = self.rng.choice(OTHERS)
        rule: Rules = {"from": source, **self.clear(target.rpartition(".")[2], whole=whole, kind=kind)}
        if kind == "boolean" and self.seldom():
            rule["values"] = {True: "y", False: "n"}
            kind = "string"
            rule.pop("clear", None)
        if kind == "integer" and self.seldom():
            rule["default"] = 7
        if kind == "object":
            kind = None
            if rule["from"] == "addresses[1]" and self.often():
                rule["merge"] = self.one("whole", "fields")
        self.policies(rule)
        self.body[target] = rule
        self.type(target, rule, kind)

    def policies(self, rule: Rules) -> None:
        self.conditions(rule)
        kind = self.rng.random()
        if kind < 0.07 and "transitions" not in rule:
            rule["immutable"] = True
        elif kind < 0.17:
            rule["send"] = "always"
        elif kind < 0.22:
            rule["repeatable"] = False

    def object(self) -> None:
        """An object without a table, merged member by member."""
        target, whole = self.place()
        rule: Rules = {
            "from": self.one("phone", "payment_card", "name"),
            "merge": self.one("fields", "whole"),
        }
        clear = self.clear(
            target.rpartition(".")[2], whole=whole and rule["merge"] == "whole", at=self.names_of()
        )
        if rule["merge"] == "fields" and "write" in str(clear):
            clear = {}
        rule |= clear
        self.policies(rule)
        self.body[target] = rule
        if "[" not in target and self.often() and "clear" not in rule:
            members = {name: self.limited("string") for name in ("number", "token", "given", "family")}
            self.fields[target] = {"type": "object", "properties": members}

    def names_of(self) -> str:
        """A place for names that no other rule uses: what names entries may name the same."""
        return f"names_{self.count}"

    def map(self) -> None:
        target, whole = self.place()
        source = self.one(
            "attributes", "custom_fields", "text_values(attributes)", "identifiers", "payment_card",
            "merge(payment_card, attributes)", "only_keys(name, ['given', 'family'])",
        )  # fmt: skip
        merge = self.one("entries", "entries", "entries", "whole")
        rule: Rules = {"from": source, "merge": merge}
        rule |= self.clear(target.rpartition(".")[2], whole=whole, at=self.names_of())
        if self.seldom():
            rule["empty"] = self.one("clear", "reject")
        self.policies(rule)
        rule.pop("transitions", None)
        self.body[target] = rule
        if "[" not in target and self.rng.random() < 0.4 and rule.get("clear") != "send_null":
            self.fields[target] = {"type": "object", **self.one({}, {"required": True})}
            if self.often():
                self.fields[target]["additionalProperties"] = self.value_type()

    def list(self) -> None:
        target, whole = self.place()
        merge = self.one("set", "whole")
        rule: Rules = {"from": self.one("tags", "tags", "unique(tags)", "addresses"), "merge": merge}
        rule |= self.clear(target.rpartition(".")[2], whole=whole)
        self.policies(rule)
        self.body[target] = rule
        if "[" not in target and self.often():
            items = self.limited("string")
            if rule["from"] == "addresses":
                members = {name: self.limited("string") for name in self.some(("label", "city", "phone"), 2)}
                items = {"type": "object", "properties": members}
            self.type(
                target, rule, "array", **self.one({"items": items}, {"items": items, "minItems": 1}, {})
            )

    def each(self) -> None:
        target, whole = self.place()
        source = self.rng.choice(tuple(ITEMS))
        merge = self.one("keyed", "keyed", "add-only", "whole", "set")
        key, members = ITEMS[source]
        rule: Rules = {"each": source, "merge": merge, "fields": self.item(key, members)}
        if merge in ("keyed", "add-only"):
            rule["key"] = "key"
            if merge == "keyed":
                rule |= self.one(
                    {}, {"clear": {"name_in": self.names_of()}}, {"clear": "skip"}, {"clear": "impossible"},
                    {"clear": {"key_in": self.names_of(), "with": 1}}, {"clear": {"send": []}},
                    {"clear": {"write": {f"w_{self.count}": None}}},
                )  # fmt: skip
        else:
            rule |= self.clear(target.rpartition(".")[2], whole=whole)
        self.conditions(rule)
        if self.seldom():
            rule |= self.one({"send": "always"}, {"repeatable": False})
        self.body[target] = rule
        if "[" not in target and self.seldom():
            items: Rules = {"type": "object"}
            if self.often():
                items["required"] = [self.one("m0", "key", "by", "more", "map")]
            if self.often():
                items["properties"] = {"m0": self.value_type(0)}
            self.fields[target] = {"type": "array", "items": items, **self.one({}, {"required": True})}

    def item(self, key: str, members: tuple[str, ...], depth: int = 1) -> Rules:
        """The rules of an item: its key, and members with clears of their own, some in an object."""
        table: Rules = {"key": key}
        inner = self.one("", "opt.", "opt.")
        for number, source in enumerate(self.some(members, 3)):
            name = f"m{number}"
            rule: Rules = {"from": source, **self.clear(name, whole=True, item=True)}
            if self.seldom():
                rule = {"first": [source, {"value": "-"}] if self.often() else [source, key]}
            if self.seldom():
                rule["default"] = "d"
            if self.seldom():
                rule["immutable"] = True
            if self.seldom():
                rule["when"] = f"{key} == 'email'"
            if self.seldom():
                rule["empty"] = self.one("clear", "reject")
            if self.seldom() and self.seldom():
                rule["clear"] = {"write": {f"w_{self.count}_{name}": True}}
            if self.seldom() and self.seldom():
                rule["repeatable"] = False
            table[f"{inner}{name}"] = rule
        if inner and self.seldom():
            table["opt"] = self.one({"merge": "whole"}, {"clear": "send_null"}, {"clear": "omit"})
        if self.seldom():
            table[f"{self.one('', 'opt.')}by"] = self.one({"param": "who"}, {"value": 1})
        if self.seldom() and "pairs" not in str(members):
            merge = self.one(
                {"merge": "entries", **self.clear("map", whole=True, item=True)}, {"merge": "whole"}
            )
            table["map"] = {"from": "@", **merge}
        if self.seldom():
            table["sub"] = {
                "from": "@",
                "fields": {"s": {"from": members[0], **self.clear("s", whole=True, item=True)}},
                **self.one({}, {"merge": "whole"}, {"clear": "send_null"}),
            }
        if depth and self.seldom():
            merge = self.one("whole", "set", "keyed")
            rule = {"each": "[@]", "merge": merge, "fields": self.item(key, members, 0)}
            table["more"] = {**rule, "key": "key"} if merge == "keyed" else rule
        return table

    def inside(self) -> None:
        """`from` with `fields`."""
        target, whole = self.place()
        scope = self.rng.choice(tuple(SCOPES))
        policy = self.one({}, {}, {"merge": "whole"})
        replaced = whole or bool(policy)
        inner = self.one("", "", "", "in.", "at[0].")
        table: Rules = {}
        for number, source in enumerate(self.some(SCOPES[scope], 2)):
            name = f"{target.rpartition('.')[2]}_{number}"
            rule: Rules = {"from": source, **self.clear(name, whole=replaced)}
            if self.seldom():
                rule["send"] = "always"
            if self.seldom():
                rule["default"] = "d"
            if self.seldom() and "send" not in rule:
                rule["immutable"] = True
            table[f"{inner}{name}"] = rule
        if self.seldom():
            table["by"] = self.one({"param": "who"}, {"value": "us"})
        if scope == "attributes" and self.often():
            table[f"{target.rpartition('.')[2]}_m"] = {
                "from": "@", "merge": "entries", **self.clear("m", whole=replaced, at=self.names_of()),
            }  # fmt: skip
        if scope == "loyalty" and self.often():
            table[f"{target.rpartition('.')[2]}_l"] = {
                "each": "enrollments", "merge": self.one("keyed", "add-only", "whole"), "key": "key",
                "fields": self.item("program_id", ("tier", "points")),
            }  # fmt: skip
        rule = {"from": scope, "fields": table, **policy}
        if self.rng.random() < 0.3:
            rule |= self.clear(target.rpartition(".")[2], whole=whole, kind="object")
        if self.rng.random() < 0.3:
            rule["when"] = self.rng.choice(CONDITIONS)
            if self.often():
                rule["otherwise"] = "clear"
        if self.seldom():
            rule["immutable"] = True
        self.body[target] = rule

    def rider(self) -> None:
        target, _ = self.place()
        if "[" in target and self.seldom():
            target = target.rpartition(".")[0]
            if any(other.startswith(target) for other in self.body):
                return
        self.body[target] = self.one(
            {"param": "who"}, {"value": "us"}, {"value": 1}, {"param": "who", "format": "by {}"}
        )
        if "[" not in target and self.seldom():
            self.fields[target] = {"required": True}

    def item_value(self) -> None:
        """Items that are values: `q[0]`, `q[1]`; one of them may be a constant."""
        if any(target.startswith("q[") for target in self.body):
            return
        for position in range(self.rng.randint(1, 3)):
            rule: Rules = {"from": self.rng.choice(TEXTS), **self.clear(f"q{position}", item=True)}
            if self.seldom():
                rule = self.one({"value": "us"}, {"param": "who"})
            self.body[f"q[{position}]"] = rule
        if self.often():
            self.body["q"] = {"merge": "whole"}

    def addressed(self) -> None:
        """A whole item of a list made from one source object."""
        scope = self.rng.choice(tuple(SCOPES))
        name = self.name()
        table: Rules = {
            f"{name}_{number}": {"from": source, **self.clear(f"{name}_{number}")}
            for number, source in enumerate(self.some(SCOPES[scope], 2))
        }
        rule: Rules = {"from": scope, "fields": table, **self.one({}, {"merge": "whole"})}
        if self.seldom():
            rule |= self.one({"clear": "send_null"}, {"clear": "skip"})
        self.conditions(rule)
        self.body[self.one(f"{name}[0]", f"{name}[type=email]", f"{name}[1]")] = rule

    def conditions(self, rule: Rules) -> None:
        if self.rng.random() < 0.2:
            rule["when"] = self.rng.choice(CONDITIONS)
            if self.often():
                rule["otherwise"] = "clear"

    def plain_items(self) -> None:
        """A list with a key whose items go as they are."""
        target, _ = self.place()
        source, key = self.one(("channels", "type"), ("loyalty.enrollments", "program_id"))
        rule: Rules = {"from": source, "merge": self.one("keyed", "add-only"), "key": key}
        if rule["merge"] == "keyed":
            rule |= self.one({}, {"clear": {"name_in": self.names_of()}}, {"clear": "skip"})
        self.conditions(rule)
        self.body[target] = rule

    def identity(self) -> None:
        rule: Rules = {"from": "identifiers.acme", "identity": True}
        place = self.one("path", "path", "body", "query", "nested")
        if place in ("body", "nested") and self.seldom():
            rule |= self.one(
                {"from": "{a: email, b: company}", "empty": "reject"}, {"from": "tags"},
                {"from": "attributes", "empty": "clear"}, {"from": "addresses", "merge": "whole"},
                {"from": "attributes", "merge": "entries", "empty": "reject"}, {"from": "name"},
                {"from": "channels", "merge": "keyed", "key": "type"}, {"from": "tags", "merge": "set"},
            )  # fmt: skip
        match place:
            case "path":
                self.parts["path"]["id"] = self.one("identifiers.acme", {"from": "identifiers.acme"})
            case "body":
                target = self.name()
                self.body[target] = rule
                if self.seldom():
                    self.fields[target] = {"required": True}
            case "query":
                self.parts["query"]["id"] = rule
            case "nested":
                self.body[self.place()[0]] = rule

    def parameter(self) -> None:
        """A query or a header that reads the customer, or a parameter there."""
        part = self.one("query", "headers")
        name = f"x-{self.name()}" if part == "headers" else self.name()
        self.parts[part][name] = self.one(
            "status", "text(priority)", {"from": "role", "send": "always"}, {"param": "who"},
            {"from": "email", "clear": {"send": "-"}}, {"value": "v"},
        )  # fmt: skip
        if self.seldom():
            self.typed[part][name] = {"type": "string", "required": True}

    # the mapping

    def container_policies(self) -> None:
        """Policies of containers that rules fill."""
        heads = {
            target[:at]: target
            for target in self.body
            for at in range(1, len(target))
            if target[at] in (".", "[")
        }
        for head in sorted(heads):
            policy: Rules = {"merge": "whole"} if head in self.wholes else {}
            if heads[head][len(head)] == "[":
                if policy:
                    self.body[head] = policy
                continue
            if self.rng.random() < 0.25:
                around = any(head.startswith(f"{one}.") for one in self.wholes)
                policy |= self.clear(re.sub(r"\W", "_", head), whole=around, kind="object")
            if self.seldom() and self.seldom():
                policy |= self.one({"immutable": True}, {"repeatable": False})
            if self.seldom():
                policy["send"] = "always"
            if policy and head not in self.body:
                self.body[head] = policy

    def mapping(self) -> Rules:
        kinds = {
            self.text: 8, self.word: 3, self.other: 4, self.object: 2, self.map: 4, self.list: 2,
            self.each: 4, self.inside: 4, self.rider: 3, self.parameter: 1, self.item_value: 1,
            self.addressed: 1, self.plain_items: 1,
        }  # fmt: skip
        for _ in range(self.rng.randint(2, 12)):
            self.rng.choices(tuple(kinds), tuple(kinds.values()))[0]()
        if self.rng.random() < 0.3:
            self.identity()
        if not self.body:
            self.text()
        self.container_policies()
        url = "https://api.example.com/customers"
        mapping: Rules = {
            "custmap": 1,
            "name": "acme/whole",
            "contract": {"method": "PATCH", "url": f"{url}/{{id}}" if self.parts["path"] else url},
        }
        mapping["contract"]["fields"] = self.fields
        mapping["contract"] |= {part: typed for part, typed in self.typed.items() if typed}
        mapping |= {part: rules for part, rules in self.parts.items() if rules}
        mapping["body"] = self.body
        if self.rng.random() < 0.3:
            mapping["clear"] = self.one(
                "send_null", "impossible", "skip", {"send": "-"}, {"name_in": "removed"}
            )
        if self.seldom() and self.seldom():
            mapping["empty"] = self.one("clear", "reject")
        if self.seldom():
            mapping = _as_form(mapping)
            mapping["contract"]["form"] = self.one("brackets", "brackets", "repeat", "comma")
        if '"who"' in as_yaml(mapping):
            mapping["params"] = {"who": self.one({"default": "us"}, {})}
        return as_list(self.rng, mapping) if self.rng.random() < 0.15 else mapping


def _as_form(told: Any) -> Any:
    """A mapping, or a part of one, that clears without null, as a form has to."""
    match told:
        case {"write": dict(writes)}:
            return {"write": {place: "-" if value is None else value for place, value in writes.items()}}
        case dict():
            return {key: _as_form(value) for key, value in told.items()}
        case list():
            return [_as_form(value) for value in told]
    return "send_empty" if told == "send_null" else told


def draw(rng: Random) -> Rules:
    return Drawing(rng).mapping()
