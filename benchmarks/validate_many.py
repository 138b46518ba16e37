"""How long `validate` takes for 100 mapping files of 100 rules: `python benchmarks/validate_many.py`.

The project is written into a temporary folder; the files differ, so that nothing is found in a cache.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

FILES, RULES = 100, 100
SOURCES = (
    ("email", "{type: string, maxLength: 200}", "{{from: 'truncate(email, `200`)', note: number {n}}}"),
    ("given", "{type: string}", "given_name(name)"),
    ("state", "{enum: [A, I]}", "{{from: status, values: {{active: A, inactive: I}}, clear: impossible}}"),
    ("phone", "{type: string}", "{{from: phone.number, when: phone.type == 'mobile'}}"),
    ("rank", "{type: integer, minimum: 0}", "{{from: priority, when: priority >= `0`}}"),
)


def write(folder: Path, number: int) -> None:
    """One mapping with an inline contract, in block style as people write it."""
    fields, rules = [], []
    for n in range(RULES):
        name, type_, rule = SOURCES[n % len(SOURCES)]
        fields.append(f"    {name}{n}: {type_}")
        rules.append(f"  {name}{n}: {rule.format(n=number * RULES + n)}")
    lines = [
        "custmap: 1",
        f"name: acme/update-{number}",
        "contract:",
        "  method: POST",
        f"  url: https://api.acme.example/{number}",
        "  fields:",
        *fields,
        "body:",
        *rules,
    ]
    (folder / f"update-{number}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    from custmap.functions.table import with_functions
    from custmap.loader import check_mapping

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "mappings" / "acme"
        folder.mkdir(parents=True)
        for number in range(FILES):
            write(folder, number)
        functions = with_functions([])
        started, used = time.perf_counter(), time.process_time()
        findings = [found for file in sorted(folder.iterdir()) for found in check_mapping(file, functions)[1]]
        taken, used = time.perf_counter() - started, time.process_time() - used
    print(f"{FILES} mappings of {RULES} rules: {taken:.2f} s, of which {used:.2f} s at work")
    print(f"{len(findings)} findings")
    return 1 if findings or taken > 5 else 0


if __name__ == "__main__":
    raise SystemExit(main())
