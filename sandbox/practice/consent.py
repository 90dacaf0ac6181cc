"""The once-a-visit word that only public material goes outside, asked before anything is sent there.

Hides that every way out needs it, not only 실행: a second try and a model's opinion send the same
texts, perhaps to an endpoint that was chosen after them.
"""

from __future__ import annotations

from sandbox.records import Endpoint, InputError, Location


def require(endpoint: Endpoint, *, agreed: bool) -> None:
    """Raise InputError when this may leave the building and nobody has agreed to that yet."""
    if not agreed and endpoint.reach is Location.OUTSIDE:
        raise InputError(
            "이 AI는 기관 밖에 있습니다.",
            remedy="공개해도 되는 자료만 넣었다면 확인 칸을 누른 뒤 다시 실행해 주세요.",
        )
