"""What holds for all tests: drawn examples are the same in every run, no cache, and no test is timed."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

# Nothing that one run leaves in the user's cache may decide what another finds.
os.environ["CUSTMAP_CACHE"] = "off"

settings.register_profile(
    "steady",
    max_examples=100 if os.environ.get("CUSTMAP_LAWS") == "long" else 50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")

# A shell starts what it puts into the background with SIGINT ignored, and children inherit that: the
# tests that interrupt one would depend on how they were started.
signal.signal(signal.SIGINT, signal.default_int_handler)
