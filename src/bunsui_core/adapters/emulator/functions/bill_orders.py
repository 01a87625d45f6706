"""Sums up orders for a bill."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import TypedDict

log = logging.getLogger()
log.setLevel(logging.INFO)


class Order(TypedDict, total=False):
    """One order; a currency and a note are optional."""

    id: str
    currency: str
    note: str | None
    lines: list[str]


class Event(TypedDict):
    """The orders of a day."""

    orders: list[Order]


class Billed(TypedDict):
    """What came of it."""

    orders: int
    total: str


def handler(event: Event, context: object) -> Billed:
    """Bill every order."""
    totals = [bill(order) for order in event["orders"]]
    return {"orders": len(totals), "total": str(sum(totals, Decimal()))}


def bill(order: Order) -> Decimal:
    """Return what an order costs."""
    currency = order.get("currency", "EUR")
    note = (order.get("note") or "").strip()
    prices = [Decimal(price) for price in order["lines"]]
    total = sum(prices, Decimal())
    log.info("order %s: %s %s %s", order["id"], total, currency, note)
    return total
