"""What makes a run: its mapping, its parameters, its options and its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from custmap.cli.params import Params
from custmap.model.checked import CheckedParam
from custmap.records.identity import run_digest


def digest_of(
    command: str,
    mapping: Sequence[str],
    known: Sequence[CheckedParam],
    params: Params,
    options: Mapping[str, Any],
    inputs: Sequence[str] = (),
) -> str:
    """The digest of a run: where one of these is another, so is the digest, and nowhere else.

    `mapping` the digests of the files that are read for it; what they are called does not count.
    `known`   its parameters. Of secret ones only the names count, so that nobody can guess a value from the
              digest, and a new token does not make another run.
    `inputs`  the digests of the records.
    """
    return run_digest(
        command=command,
        mapping=list(mapping),
        **told_params(known, params),
        inputs=list(inputs),
        options=dict(options),
    )


def told_params(known: Sequence[CheckedParam], params: Params) -> dict[str, Any]:
    """What a digest holds of parameters: of those in `known` that are secret the names only."""
    secret = {param.name for param in known if param.secret}
    given = {**params.given, **dict(params.texts)}
    return {
        "params": {name: value for name, value in given.items() if name not in secret},
        "secrets": sorted(secret & given.keys()),
        "derived": [name for name, _ in params.texts],
    }
