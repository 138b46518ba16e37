"""Loading contracts as vendors publish them, against a bare parser of the same file, in one process.

python benchmarks/contracts.py FOLDER     a folder of OpenAPI documents, JSON or YAML
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from custmap.contract.openapi import load_openapi, operations_of

ROUNDS = 5


def seconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main(folder: Path) -> None:
    print("document                first : bare   again : bare   again")
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".yaml", ".yml"):
            continue
        writing = [one for one in operations_of(path) if one[1] in ("PUT", "PATCH", "POST")]
        name, method, where = next((one for one in writing if "customer" in one[2]), writing[0])
        operation = name or f"{method} {where}"
        if path.suffix == ".json":
            bare = seconds(lambda path=path: json.loads(path.read_bytes()))  # type: ignore[misc]
        else:
            bare = seconds(lambda path=path: yaml.load(path.read_bytes(), yaml.CSafeLoader))  # type: ignore[misc]
        found = {}
        with tempfile.TemporaryDirectory() as cache:
            for way in ("off", cache):
                os.environ["CUSTMAP_CACHE"] = way
                load_openapi(path, operation)
                found[way] = seconds(lambda path=path, asked=operation: load_openapi(path, asked))  # type: ignore[misc]
            first, again = found["off"], found[cache]
        print(f"{path.name:22} {first / bare:10.1f} × {again / bare:12.2f} × {again * 1000:6.0f} ms")


main(Path(sys.argv[1]))
