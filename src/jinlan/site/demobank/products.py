"""The bank's products of all families and the instruments its clients hold."""

from __future__ import annotations

from dataclasses import dataclass

from jinlan.site.demobank.arrow import e8
from jinlan.site.demobank.book import Bank


@dataclass(frozen=True, slots=True)
class Product:
    """A product; rates are yearly fractions (0 = none)."""

    code: str
    family: str
    name_zh: str
    name_en: str
    rate: float = 0.0
    ftp: float = 0.0
    risk: str | None = None
    green: bool = False


_ALL = (
    Product("DCUR-C", "DEPOSIT", "单位活期存款", "Corporate current account", 0.0020, 0.0130),
    Product("DAGR-C", "DEPOSIT", "单位协定存款", "Corporate agreed deposit", 0.0065, 0.0150),
    Product("DTER-C", "DEPOSIT", "单位定期存款", "Corporate term deposit", 0.0150, 0.0190),
    Product("DCUR-P", "DEPOSIT", "个人活期存款", "Personal current account", 0.0010, 0.0120),
    Product("DTER-P", "DEPOSIT", "个人定期存款", "Personal term deposit", 0.0155, 0.0195),
    Product("DFX-C", "DEPOSIT", "单位外币活期存款", "Corporate foreign-currency account", 0.0050, 0.0140),
    Product("DFX-P", "DEPOSIT", "个人外币活期存款", "Personal foreign-currency account", 0.0050, 0.0140),
    Product("LWC", "LOAN", "流动资金贷款", "Working-capital loan", 0.0420, 0.0300),
    Product("LFA", "LOAN", "固定资产贷款", "Fixed-asset loan", 0.0435, 0.0310),
    Product("LGRN", "LOAN", "绿色项目贷款", "Green project loan", 0.0395, 0.0300, green=True),
    Product("LINC", "LOAN", "普惠小微贷款", "Inclusive SME loan", 0.0440, 0.0290),
    Product("LMTG", "LOAN", "个人住房贷款", "Home mortgage", 0.0385, 0.0300),
    Product("LOP", "LOAN", "个人经营贷款", "Personal business loan", 0.0430, 0.0300),
    Product("WCASH", "WEALTH", "金澜日日金", "Jinlan Cash Daily", risk="R1"),
    Product("WFIX", "WEALTH", "金澜稳健一年开", "Jinlan Steady 1Y", risk="R2"),
    Product("WMIX", "WEALTH", "金澜均衡混合", "Jinlan Balanced", risk="R3"),
    Product("FBOND", "FUND", "澜海纯债基金", "Lanhai Bond Fund", risk="R2"),
    Product("FEQ", "FUND", "澜海优选股票基金", "Lanhai Select Equity Fund", risk="R4"),
    Product("INSL", "INSURANCE", "瑞笙终身寿险", "Ruisheng Whole Life", risk="R2"),
    Product("INSA", "INSURANCE", "瑞笙年金险", "Ruisheng Annuity", risk="R1"),
    Product("TFAM", "TRUST", "家族信托", "Family trust", risk="R3"),
    Product("TCOL", "TRUST", "集合资金信托", "Collective trust plan", risk="R3"),
    Product("CUSS", "CUSTODY", "证券托管", "Securities custody", risk="R4"),
    Product("BGOV", "BOND", "柜台国债", "Over-the-counter treasury bonds", risk="R1"),
    Product("FXS", "FX", "即远期结售汇", "FX spot and forward"),
    Product("TLC", "TRADE", "国际信用证", "Letters of credit"),
    Product("TBG", "TRADE", "保函", "Bank guarantees"),
    Product("PAYS", "PAYMENT", "企业网银结算", "Corporate settlement"),
    Product("PAYR", "PAYMENT", "代发工资", "Payroll service"),
    Product("ADV", "ADVISORY", "财务顾问", "Financial advisory"),
    Product("ADVF", "ADVISORY", "家族办公室顾问", "Family-office advisory"),
    Product("CRD", "CARD", "金澜白金信用卡", "Jinlan Platinum Card"),
    Product("CRDB", "CARD", "商务卡", "Business card"),
)  # fmt: skip
PRODUCTS = {product.code: product for product in _ALL}


@dataclass(frozen=True, slots=True)
class Instrument:
    """Something held: yearly drift and volatility of its price; price 1.0000 and drift 0 is cash-like."""

    code: str
    product: str
    start: float
    drift: float
    vol: float


INSTRUMENTS = (
    Instrument("WC-CASH", "WCASH", 1.0, 0.0, 0.0),
    Instrument("WF-2301", "WFIX", 1.02, 0.026, 0.004),
    Instrument("WF-2402", "WFIX", 1.0, 0.028, 0.005),
    Instrument("WM-0088", "WMIX", 1.08, 0.035, 0.05),
    Instrument("FB-0021", "FBOND", 1.15, 0.03, 0.012),
    Instrument("FB-0034", "FBOND", 1.06, 0.028, 0.01),
    Instrument("FE-0105", "FEQ", 1.62, 0.05, 0.17),
    Instrument("FE-0117", "FEQ", 0.94, 0.04, 0.2),
    Instrument("IL-0001", "INSL", 1.0, 0.022, 0.0),
    Instrument("IA-0003", "INSA", 1.0, 0.02, 0.0),
    Instrument("TF-0001", "TFAM", 1.0, 0.032, 0.01),
    Instrument("TC-0012", "TCOL", 1.0, 0.045, 0.006),
    Instrument("CS-6301", "CUSS", 12.4, 0.05, 0.22),
    Instrument("CS-6302", "CUSS", 36.8, 0.03, 0.25),
    Instrument("BG-2305", "BGOV", 100.6, 0.01, 0.01),
)  # fmt: skip
CASH_LIKE = 0
BY_PRODUCT: dict[str, list[int]] = {}
for _number, _one in enumerate(INSTRUMENTS):
    BY_PRODUCT.setdefault(_one.product, []).append(_number)


def build(bank: Bank) -> None:
    """Deliver the product directory."""
    for product in _ALL:
        bank.state.put("product", bank.time.first, {
            "product_code": product.code, "family": product.family, "name_zh": product.name_zh,
            "name_en": product.name_en, "risk_level": product.risk, "issuer_party_id": None,
            "issuer_risk_level": None, "status": "ON_SALE", "green_flag": product.green,
            "source_system": "PROD", "source_key": product.code,
        })  # fmt: skip


def rates(code: str) -> tuple[int | None, int | None]:
    """Return client rate and transfer price of a product as int 1e-8; None where it has none."""
    product = PRODUCTS[code]
    return (e8(product.rate), e8(product.ftp)) if product.ftp else (None, None)
