"""Write down what somebody has looked up at the vendor: replaces what is kept of a customer.

python3 looked_up.py FOLDER record.json
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path


def main(folder: Path, record: bytes) -> str | None:
    """What is wrong, if anything is."""
    try:
        new = json.loads(record)
        key = new["id"]
    except (ValueError, TypeError, KeyError) as error:
        return f"record.json is no customer with an `id`: {error!r}"
    kept, part = folder / "kept.ndjson", folder / "kept.part"
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "a night is still running"
        if (folder / "night/after.ndjson").exists() or (folder / "last/next.ndjson").exists():
            return "a night is not over: start the job again first"
        replaced = 0
        with kept.open("rb") as lines, part.open("wb") as file:
            for line in lines:
                same = json.loads(line).get("id") == key
                file.write(json.dumps(new).encode() + b"\n" if same else line)
                replaced += same
            file.flush()
            os.fsync(file.fileno())
        if replaced != 1:
            return f"nothing changed: {replaced} customers have this id"
        part.replace(kept)
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
