"""How long commands take from start to end, and loading alone: `python benchmarks/start.py [ROUNDS]`.

Processes run in turn with a Python that does nothing, and the fastest of the rounds counts: on a busy machine
a mean says more about the neighbours. They run once with bytecode and once without, as where
PYTHONDONTWRITEBYTECODE is set and nobody compiled the package.

A mapping is loaded in a new process after another one, so what is measured is its own first time. Files with
many rules are loaded anew from file to file with other names, so that no cached expression helps.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARAMS = {
    "aifi/update-customer": ("host=x.io", "token=t"),
    "capillary/update-customer": ("host=x.io", "source=INSTORE", "token=t"),
    "fabric/update-attributes": ("order_id=1", "tenant_id=1", "request_id=1", "token=t"),
    "fabric/update-customer": ("tenant_id=1", "request_id=1", "token=t"),
    "microbase/customer-update": ("host=x.io", "token=t"),
}
CUSTOMER = {
    "identifiers": {"aifi": "1", "capillary": "1", "fabric": "1", "microbase": "1"},
    "name": {"given": "Ann", "family": "Lee"},
    "email": "ann.lee@example.com",
    "status": "active",
}
FIXTURES, SIZES = 230, (125, 250, 500, 1000)
RULES = {
    "a path": "attributes.{n}a{i}",
    "a path and policies": "{{from: attributes.{n}a{i}, default: x, clear: send_null, assumed: yes it is}}",
    "a condition": "{{from: attributes.{n}a{i}, when: \"email == '{n}{i}'\"}}",
    "a function": "upper(attributes.{n}a{i})",
}
LOAD_AFTER_ANOTHER = """
import sys, time
from custmap.functions.table import with_functions
from custmap.loader import check_mapping
functions = with_functions([])
check_mapping(sys.argv[1], functions)
started = time.perf_counter()
check_mapping(sys.argv[2], functions)
print(time.perf_counter() - started)
"""


def commands(folder: Path) -> dict[str, list[str]]:
    """What is run, by name; the first is Python alone."""
    record = folder / "customer.json"
    record.write_text(json.dumps(CUSTOMER), "utf-8")
    custmap = [sys.executable, "-m", "custmap"]
    applied = {
        f"apply {name}": [*custmap, "apply", name, str(record), *(f"-p{given}" for given in params)]
        for name, params in PARAMS.items()
    }
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "--version": [*custmap, "--version"],
        **applied,
        "validate, all shipped mappings": [*custmap, "validate", "mappings"],
        f"test, {FIXTURES} fixtures": [*custmap, "test", *map(str, fixtures())],
    }


def fixtures() -> list[Path]:
    """As many fixtures as asked for, those of the repository in turn."""
    found = sorted((ROOT / "fixtures").rglob("*.yaml"))
    if len(found) < FIXTURES:
        raise SystemExit(f"there are only {len(found)} fixtures")
    return found[:FIXTURES]


def fastest(
    asked: Mapping[str, Sequence[str]], rounds: int, environment: Mapping[str, str]
) -> dict[str, float]:
    """The seconds of each command's fastest round; one round before those fills the caches."""
    best = dict.fromkeys(asked, float("inf"))
    for number in range(rounds + 1):
        for name, command in asked.items():
            started = time.perf_counter()
            ended = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, check=False)
            taken = time.perf_counter() - started
            if ended.returncode:
                raise SystemExit(f"{name}: {ended.stderr.decode()}")
            best[name] = min(best[name], taken) if number else best[name]
    return best


def processes(rounds: int, folder: Path) -> None:
    """Print the time of each command, with bytecode and without."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    plain["PYTHONPATH"] = str(ROOT / "src")
    compiled = plain | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    source = folder / "src"  # the package without its bytecode; libraries keep theirs
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("mappings", "schemas"):
        shutil.copytree(ROOT / part, source / part)
    bare = plain | {"PYTHONPATH": str(source / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    asked = commands(folder)
    times = [fastest(asked, rounds, environment) for environment in (compiled, bare)]
    print(f"{'milliseconds':36} {'bytecode':>10} {'none':>10}")
    for name in asked:
        print(f"{name:36} " + " ".join(f"{found[name] * 1000:10.0f}" for found in times))


def loads(rounds: int) -> None:
    """Print how long a mapping takes to load for the first time, after another one."""
    print(f"\n{'load (check_mapping), milliseconds':36} {'first time':>10}")
    names = list(PARAMS)
    for name in names:
        other = names[names.index(name) - 1]
        command = [sys.executable, "-c", LOAD_AFTER_ANOTHER, other, name]
        taken = [float(subprocess.check_output(command, cwd=ROOT)) for _ in range(rounds)]
        print(f"{name:36} {min(taken) * 1000:10.1f}")


def large(name: str, rule: str, rules: int) -> str:
    """A mapping of many rules with an inline contract."""
    fields = "\n".join(f'    f{i}: {{type: [string, "null"], maxLength: 80}}' for i in range(rules))
    body = "\n".join(f"  f{i}: {rule.format(n=name, i=i)}" for i in range(rules))
    contract = f"contract:\n  method: POST\n  url: https://acme.example/c\n  fields:\n{fields}\n"
    return f"custmap: 1\nname: acme/{name}\n{contract}clear: send_null\nbody:\n{body}\n"


def growth(rounds: int, folder: Path) -> None:
    """Print how the time to load grows with the number of rules."""
    from custmap.functions.table import with_functions
    from custmap.loader import check_mapping

    functions = with_functions([])
    check_mapping("microbase/customer-update", functions)
    print(f"\n{'load, milliseconds for rules':36} " + " ".join(f"{size:10,}" for size in SIZES))
    (folder / "acme").mkdir()
    for kind, rule in RULES.items():
        best = dict.fromkeys(SIZES, float("inf"))
        for number in range(rounds):
            for size in SIZES:
                name = f"{kind.split()[-1]}{number}x{size}"
                path = folder / "acme" / f"{name}.yaml"
                path.write_text(large(name, rule, size), "utf-8")
                started = time.perf_counter()
                check_mapping(path, functions)
                best[size] = min(best[size], time.perf_counter() - started)
        print(f"each with {kind:26} " + " ".join(f"{best[size] * 1000:10.0f}" for size in SIZES))


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes(rounds, folder)
        loads(rounds)
        growth(rounds, folder)


if __name__ == "__main__":
    main()
