"""What may be given to people of clients, and taken from them (礼品登记): per gift, per year, never money. Pure: limits are passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from jinlan.basics.errors import Refused
from jinlan.basics.money import Money

GIVEN, RECEIVED, DECLINED = DIRECTIONS = ("GIVEN", "RECEIVED", "DECLINED")
GOODS, MEAL, TICKET, CASH, CARD = KINDS = ("GOODS", "MEAL", "TICKET", "CASH", "CARD")
LIKE_MONEY = (CASH, CARD)  # 礼金, and what is as good as it: 购物卡, 提货券, 红包
OCCASIONS = ("BIRTHDAY", "FESTIVAL", "ANNIVERSARY", "VISIT", "OTHER")
LARGEST = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift as somebody wants to write it down; `official` says that its recipient holds a public office or serves the state."""

    direction: str
    kind: str
    occasion: str
    value: Decimal
    on: date
    official: bool = False

    @property
    def counts(self) -> bool:
        """Tell whether it counts against the yearly cap: what was declined does not."""
        return self.direction != DECLINED


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force: per gift, per recipient and year, and how many days a gift may be written down after or before its day."""

    line: Decimal
    cap: Decimal
    days: int
    currency: str


def check_gift(gift: Gift, limits: Limits, today: date) -> None:
    """Refuse what nobody may give or take, whoever agrees.

    Raises:
        Refused: GIFT_CODE, GIFT_VALUE, GIFT_DATE, GIFT_CASH, GIFT_OFFICIAL.
    """
    if gift.direction not in DIRECTIONS or gift.kind not in KINDS or gift.occasion not in OCCASIONS:
        raise Refused("GIFT_CODE", "选项不在列表中。", "请从列表中选择。", field="kind")
    whole = gift.value.is_finite() and 0 < gift.value < LARGEST and gift.value == round(gift.value, 2)
    if not whole:
        raise Refused(
            "GIFT_VALUE", "价值须大于零，最多两位小数。", "请填写市价；不知道就估一个。", field="value"
        )
    if abs(gift.on - today) > timedelta(days=limits.days):
        raise Refused(
            "GIFT_DATE", "日期须在前后 %(days)s 天以内。", "请及时登记。", days=limits.days, field="given_on"
        )
    if gift.kind in LIKE_MONEY and gift.counts:
        raise Refused(
            "GIFT_CASH",
            "礼金、购物卡与有价证券一律不得送，也不得收。",
            "收到的请退回，并登记为「已谢绝」。",
            field="kind",
        )
    if gift.official and gift.direction == GIVEN:
        raise Refused(
            "GIFT_OFFICIAL",
            "对方是公职人员或国有企业人员，不得赠送礼品。",
            "可改为一句问候。",
            field="person",
        )


def over_line(gift: Gift, limits: Limits) -> bool:
    """Tell whether a gift is worth more than one may decide alone."""
    return gift.counts and gift.value > limits.line


def check_cap(gift: Gift, spent: Decimal, limits: Limits) -> None:
    """Refuse a gift that would take its recipient over the yearly cap, over all departments; the refusal names what is left.

    Raises:
        Refused: GIFT_CAP.
    """
    left = max(limits.cap - spent, Decimal(0))
    if gift.counts and gift.value > left:
        raise Refused(
            "GIFT_CAP", "超过全年上限：全行本年已有 %(spent)s，还可 %(left)s。", "请减少或不送；收到的请谢绝。",
            spent=amount(spent, limits.currency), left=amount(left, limits.currency), field="value",
        )  # fmt: skip


def amount(value: Decimal, currency: str) -> str:
    """Return an amount as refusals and approvals name it: CNY 1,000.00."""
    return f"{currency} {Money(value, currency).amount:,.2f}"
