"""The job of docs/nights.md over several nights, killed again and again, with a vendor that fails.

One seed a run. What happens to the nth request for a customer is drawn from the seed, and so are the moments
at which the job is killed: with a command, with a request at the vendor, or after some time.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from nightly_job import DONE, MAPPINGS, Job, Kill, opened
from nightly_server import Fault, Vendor
from nightly_shops import SHOPS
from nightly_world import World, undisturbed

import custmap

LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SEEDS = range(8) if LONG else range(1)
VENDORS = list(MAPPINGS) if LONG else ["capillary"]
NIGHTS = 3 if LONG else 2
COMMANDS = 14
"""So many commands a night has, or more."""
_FAULTS: list[Fault] = ["lost", "cut", "refused", "busy", "failed", "failed late", "slow", "odd"]


def faults(name: str, seed: int) -> tuple[list[bool], Vendor]:
    """A vendor that fails as long as the first of the list is true."""
    failing = [True]
    some = [*_FAULTS, "partial"] if name == "fabric" else _FAULTS

    def fault(who: str, number: int) -> Fault:
        rng = Random(f"{seed} {who} {number}")
        return rng.choice(some) if failing[0] and rng.random() < 0.5 else "none"

    return failing, Vendor(SHOPS[name], fault)


def kill(rng: Random) -> Kill:
    match rng.randrange(3):
        case 0:
            return Kill(command=rng.randint(1, 2 * COMMANDS))
        case 1:
            return Kill(event=rng.randint(1, 12))
    return Kill(seconds=rng.uniform(0.1, 4))


def go_on(job: Job, rng: Random, kills: int) -> None:
    """Start the job until the night is over."""
    for left in range(kills, -1, -1):
        code = job.run(kill(rng) if left else None)
        assert code in (*DONE, -9), job.said
        if code in DONE and not (job.folder / "tonight.ndjson").exists():
            return
    raise AssertionError("the job has not ended")


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("seed", SEEDS)
def test_nights(name: str, seed: int, tmp_path: Path) -> None:
    rng = Random(f"kills {seed} {name}")
    world = World(name, seed, NIGHTS)
    failing, vendor = faults(name, seed)
    with opened(tmp_path, name, vendor) as job:
        for night in world.nights[:-1]:
            job.write("tonight.ndjson", night)
            go_on(job, rng, kills=3)
        failing[0] = False
        job.write("tonight.ndjson", world.nights[-1])
        assert job.run() in DONE, job.said
        mapping = custmap.load(job.mapping)
        params = dict(word.split("=", 1) for word in job.params[1::2])
        wanted = undisturbed(
            world, mapping, SHOPS[name], {one: params[one] for one in params if one in mapping.params}
        )
        check(job, wanted)


def check(job: Job, wanted: dict[str, dict[str, object]]) -> None:
    """The vendor holds what it would hold; what may not be sent twice came once, or is open."""
    kept = job.kept()
    for who, state in wanted.items():
        held = dict(job.vendor.customers[who])
        if job.name == "capillary":
            credited = Counter(
                item["programId"]
                for one, body in job.vendor.came
                if one == who
                for item in body.get("loyaltyProgramEnrollments", [])
            )
            open_ones = kept[f"C-{who}"].get("unsettled", [])
            enrolled, expected = held.pop("loyaltyProgramEnrollments"), state.pop("loyaltyProgramEnrollments")
            for program in expected:
                assert enrolled.get(program) == expected[program] or any(program in one for one in open_ones)
            assert enrolled.keys() <= expected.keys()
            assert all(points["loyaltyPoints"] == 10 for points in enrolled.values()), credited
        assert held == state, who
    if job.name != "capillary":
        assert not any("unsettled" in record for record in kept.values())


@pytest.mark.skipif(not LONG, reason="long")
def test_killed_before_and_after_each_command(tmp_path: Path) -> None:
    """The files are those of a job that is never killed."""
    night = World("microbase", 0, 1).nights[0]
    files, said, killed = [], 0, -9
    while killed == -9:
        home = tmp_path / str(said)
        home.mkdir()
        vendor = Vendor(SHOPS["microbase"])
        with opened(home, "microbase", vendor) as job:
            job.write("tonight.ndjson", night)
            killed = job.run(Kill(command=said)) if said else -9
            assert killed in (-9, *DONE), job.said
            code = job.run()
            assert code in DONE, job.said
            files.append((job.folder / "kept.ndjson").read_bytes())
            assert not (job.folder / "night").exists()
            assert sorted(who for who, _ in vendor.came) == sorted(vendor.customers)
        said += 1
    assert said > 2 * COMMANDS and len(set(files)) == 1
