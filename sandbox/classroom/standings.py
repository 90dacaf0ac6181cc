"""How a limit stands: what is used of it, what still fits, how it reads, and who may raise it.

Hides nothing of the store; pure figures and words for ``budgets``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from sandbox.class_records import Limit, LimitScope, Spent
from sandbox.records import BudgetSpentError, Endpoint, EndpointKind

Number = TypeVar("Number", int, float)
THE_OFFICERS = (LimitScope.PERSON, LimitScope.DAY, LimitScope.ENDPOINT)  # the city's own limits


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens, and won where the endpoint's price is known."""

    tokens: float
    won: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A limit, what has been used of it, and what runs under way are likely to use."""

    limit: Limit
    spent: Spent
    under_way: Cost

    def short_of(self, coming: Cost) -> bool:
        """Say whether this much more would pass the limit."""
        tokens = self.spent.tokens + self.under_way.tokens + coming.tokens
        won = self.spent.won + self.under_way.won + coming.won
        over_tokens = self.limit.tokens is not None and tokens > self.limit.tokens
        return over_tokens or (self.limit.won is not None and coming.won > 0 and won > self.limit.won)

    def runs_left(self, each: Cost) -> int | None:
        """Return how many runs at this cost still fit; None when they cost nothing of what is limited."""
        fits: list[int] = []
        if self.limit.tokens is not None and each.tokens > 0:
            left = self.limit.tokens - self.spent.tokens - self.under_way.tokens
            fits.append(max(0, int(left // each.tokens)))
        if self.limit.won is not None and each.won > 0:
            left = self.limit.won - self.spent.won - self.under_way.won
            fits.append(max(0, int(left // each.won)))
        return min(fits, default=None)

    @property
    def share(self) -> float:
        """Return how much of the limit is used, by whichever of tokens and won has less left; 0 and above."""
        shares = [0.0]
        if self.limit.tokens is not None:
            shares.append(self.spent.tokens / self.limit.tokens if self.limit.tokens else 1.0)
        if self.limit.won is not None:
            shares.append(self.spent.won / self.limit.won if self.limit.won else 1.0)
        return max(shares)


def raised(standing: Standing) -> Limit:
    """Return the limit half as high again, counted from what is used where that is more."""
    limit, spent = standing.limit, standing.spent
    tokens = None if limit.tokens is None else _rounded(max(limit.tokens, spent.tokens, 1_000) * 1.5, 1_000)
    won = None if limit.won is None else float(_rounded(max(limit.won, spent.won, 100.0) * 1.5, 100))
    return replace(limit, tokens=tokens, won=won)


def tightest(one: Limit, other: Limit | None) -> Limit:
    """Return a limit with none of its figures above the other's."""
    if other is None:
        return one
    return replace(one, tokens=_least(one.tokens, other.tokens), won=_least(one.won, other.won))


def in_words(limit: Limit) -> str:
    """Return a limit's figures as people read them."""
    parts = [f"{limit.tokens:,}토큰"] if limit.tokens is not None else []
    parts += [f"{limit.won:,.0f}원"] if limit.won is not None else []
    return "과 ".join(parts)


def price_is_known(endpoint: Endpoint) -> bool:
    """Say whether won can be told: the shipped model costs nothing, others where the officer wrote a price."""
    return endpoint.kind in (EndpointKind.EMBEDDED, EndpointKind.RECORDED) or (
        endpoint.price_in_won is not None and endpoint.price_out_won is not None
    )


def _least(one: Number | None, other: Number | None) -> Number | None:
    return min((v for v in (one, other) if v is not None), default=None)


def _rounded(value: float, step: int) -> int:
    return -(-int(value) // step) * step


def price_of(endpoint: Endpoint, prompt_tokens: float, answer_tokens: float) -> float:
    """Return what so many tokens cost in won; 0 where no price is known."""
    price_in, price_out = endpoint.price_in_won or 0.0, endpoint.price_out_won or 0.0
    return (prompt_tokens * price_in + answer_tokens * price_out) / 1_000_000


_WHOSE: Mapping[LimitScope, tuple[str, str]] = {
    LimitScope.MEMBER: (
        "오늘 쓸 수 있는 양",
        "강사가 「예산」 화면에서 바로 늘려 드릴 수 있습니다. 손을 들어 말씀해 주세요.",
    ),
    LimitScope.PERSON: (
        "한 사람이 하루에 쓸 수 있는 양",
        "실습실 담당자(운영자)만 늘릴 수 있습니다. 내일이 되면 다시 쓸 수 있습니다.",
    ),
    LimitScope.CLASS: (
        "이 과정의 예산",
        "강사가 「예산」 화면에서 한 번 눌러 늘릴 수 있습니다. 늘린 뒤 다시 실행해 주세요.",
    ),
    LimitScope.DAY: (
        "실습실 전체가 오늘 쓸 수 있는 양",
        "실습실 담당자(운영자)만 늘릴 수 있습니다. 강사에게 알려 주세요.",
    ),
    LimitScope.ENDPOINT: (
        "이 AI 연결의 이번 달 예산",
        "실습실 담당자(운영자)만 늘릴 수 있습니다. 다른 연결이 있으면 그것을 골라 주세요.",
    ),
}


def spent_error(standing: Standing, coming: Cost, each: Cost) -> BudgetSpentError:
    """Say which limit a run would pass and who can raise it."""
    name, remedy = _WHOSE[standing.limit.scope]
    limit = in_words(standing.limit)
    if standing.short_of(each):
        return BudgetSpentError(f"{name}({limit})을 다 썼습니다.", remedy=remedy)
    return BudgetSpentError(
        f"이번 요청(약 {coming.tokens:,.0f}토큰)은 {name}({limit})에서 남은 것보다 큽니다.",
        remedy=f"자료를 줄여 다시 실행해 주세요. {remedy}",
    )
