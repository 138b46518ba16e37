"""Short runs are the same every time; `CUSTMAP_LAWS=long` draws many more, and new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("short", max_examples=10, derandomize=True, **_COMMON)
settings.register_profile("long", max_examples=1000, print_blob=True, **_COMMON)
settings.load_profile("long" if os.environ.get("CUSTMAP_LAWS") == "long" else "short")
