"""Korean local time for the screen; inside, everything is UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9), "KST")
WEEKDAYS = "월화수목금토일"


def korean_time(at: datetime) -> str:
    """Write a moment as officials do: ``2026. 11. 22.(일) 14:30``."""
    here = at.astimezone(KOREA)
    return f"{here.year}. {here.month}. {here.day}.({WEEKDAYS[here.weekday()]}) {here:%H:%M}"
