"""The token picture: what a text looks like to a model, what it weighs and what it costs. No model call."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox import tokens
from sandbox.records import Endpoint, TokenCount


@dataclass(frozen=True, slots=True)
class TokenPicture:
    """``pieces`` join to the text; ``price_won`` is of sending it once, None where the price is unknown."""

    pieces: tuple[str, ...]
    count: TokenCount
    price_won: float | None


def token_picture(text: str, endpoint: Endpoint | None) -> TokenPicture:
    """Cut a text into tokens and count them as the endpoint's model would, as well as we can know."""
    count = tokens.count(text, endpoint.model if endpoint else "")
    price = endpoint.price_in_won if endpoint else None
    return TokenPicture(
        tokens.pieces(text), count, None if price is None else count.tokens * price / 1_000_000
    )
