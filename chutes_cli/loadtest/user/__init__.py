"""What runs inside the Locust process; nothing else in the house imports locust."""

from __future__ import annotations

PLAN_VARIABLE = "CHUTES_PROD_LOADTEST_PLAN"
"""Environment variable that holds the file descriptor of the plan."""
EVENTS_VARIABLE = "CHUTES_PROD_LOADTEST_EVENTS"
"""Environment variable that holds the file descriptor of the event pipe."""
