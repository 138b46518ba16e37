"""What the judge of nights says: that the law is broken, or where it is silent, and why."""

from __future__ import annotations

from enum import StrEnum

from nights_world import World


class Exempt(StrEnum):
    """Where the law is silent: all that it is not held to, and nothing else.

    The first four are of a customer's last night, the next eight of a target at which two vendors differ, the
    others of a change that does or does not come again.
    """

    NOT_ALL = "the last record does not mention all that others mentioned"
    NO_PLAN = "the last record is refused, with or without faults: nothing is sent"
    NOBODY = "in some night nobody, or somebody else, was named: which vendor's customer it is is not told"
    NOT_CLEAN = "the declared vendor refuses the last request: the night was not without fault"
    LOOK_UP = "CM817: somebody has to look it up at the vendor"
    REJECTED = "the last plan rejects it: each vendor keeps what it holds"
    LEFT = "a note said that the vendor keeps an old value, which it never got where that night was lost"
    NO_VALUE = "one vendor holds a null and the other nothing: there is no value either way"
    ALONE = (
        "alone, the last record leaves it out with an object that lacks what is required; over a before not"
    )
    ONE_NIGHT = "law 1 does not hold for this target: one diff alone does not lead to what the record says"
    OPEN = "what after did not mention is unsettled still: a rule that reads it says its own again"
    SHARED = "a rule reads what another reads whose change was rejected, or refused: it says its own again"
    UNSAID = (
        "a note said that it is not known, of a rule that reads what no record mentions: it may be its value"
    )
    UNMENTIONED = "what is rejected is made of nothing that the record mentions"
    PART = "another part of the same rule is rejected, of an object that became null as a whole"
    EVERYTHING = "a rule reads the whole customer, who cannot stand as before had it, nor be unsettled"


CUSTOMERS = (Exempt.NOT_ALL, Exempt.NO_PLAN, Exempt.NOBODY, Exempt.NOT_CLEAN)
"""Why what a customer's vendor holds in the end is not judged."""


class Broken(AssertionError):
    """The law is broken; `what` says how, in the same words for the same fault."""

    def __init__(self, what: str, world: World, facts: str) -> None:
        seed = world.schedule.seed
        super().__init__(f"{what}: {facts}\npython tests/laws/nights.py --seed {seed} --shrink")
        self.what, self.world, self.facts = what, world, facts
        self.schedule = world.schedule
