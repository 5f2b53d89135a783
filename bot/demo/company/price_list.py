"""What Norvane sells: products, what goes with what, bundles and prices."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bot.demo.company.days import shift_months
from bot.demo.company.rows import BundleItem, Price, Product, ProductRelation

PRICEBOOK = "standard"
FAMILIES = {"Aurora": "AUR", "Boreal": "BOR", "Cirro": "CIR", "Delta": "DEL"}
EUR_PRICES = {
    "AUR-240": 98_500,
    "AUR-320": 124_900,
    "AUR-480": 171_000,
    "BOR-090": 31_400,
    "BOR-140": 44_800,
    "CIR-030": 14_900,
    "CIR-035": 17_200,
    "CIR-060": 26_800,
    "DEL-100": 9_800,
    "DEL-200": 15_600,
    "GW-100": 890,
    "FLT-BOR": 210,
    "FLT-DEL": 165,
    "VIB-AUR": 2_450,
    "WTR-CIR": 640,
    "SSK-AUR": 3_900,
    "CARE-BASIC-AUR": 3_200,
    "CARE-PLUS-AUR": 5_400,
    "CARE-PREMIUM-AUR": 8_900,
    "CARE-BASIC-BOR": 980,
    "CARE-PLUS-BOR": 1_650,
    "CARE-PREMIUM-BOR": 2_700,
    "CARE-BASIC-CIR": 520,
    "CARE-PLUS-CIR": 890,
    "CARE-PREMIUM-CIR": 1_480,
    "CARE-BASIC-DEL": 390,
    "CARE-PLUS-DEL": 640,
    "CARE-PREMIUM-DEL": 1_050,
    "BUN-CIR-COMFORT": 2_140,
    "BUN-BOR-CARE": 2_450,
}
_NO_LONGER_SOLD = ("CIR-030",)
_GBP_PER_EUR = Decimal("0.86")
_RISE = Decimal("1.03")
_COST_SHARES = {
    "core": Decimal("0.68"),
    "attach": Decimal("0.52"),
    "service": Decimal("0.58"),
    "bundle": Decimal("0.6"),
}
_PLANS = {"BASIC": "Basic", "PLUS": "Plus", "PREMIUM": "Premium"}
OTHER_MAKER = "EXT-UNIT"
SITE_GATEWAY_MAX_AGE_DAYS = 5_475
PREMIUM_MAX_AGE_DAYS = 1_825

_CORE = (
    Product("AUR-240", "Aurora 240 chiller", "Aurora", "core", True),
    Product("AUR-320", "Aurora 320 chiller", "Aurora", "core", True),
    Product("AUR-480", "Aurora 480 chiller", "Aurora", "core", True),
    Product("BOR-090", "Boreal 90 rooftop unit", "Boreal", "core", True),
    Product("BOR-140", "Boreal 140 rooftop unit", "Boreal", "core", True),
    Product("CIR-030", "Cirro 30 heat pump", "Cirro", "core", True),
    Product("CIR-035", "Cirro 35 heat pump", "Cirro", "core", True, "CIR-030"),
    Product("CIR-060", "Cirro 60 heat pump", "Cirro", "core", True),
    Product("DEL-100", "Delta 100 air handler", "Delta", "core", True),
    Product("DEL-200", "Delta 200 air handler", "Delta", "core", True),
    Product(OTHER_MAKER, "Machine of another maker", None, "core", False),
)
_ATTACH = (
    Product("GW-100", "Remote monitoring gateway", None, "attach", False),
    Product("FLT-BOR", "Boreal filter kit", "Boreal", "attach", False),
    Product("FLT-DEL", "Delta filter kit", "Delta", "attach", False),
    Product("VIB-AUR", "Aurora vibration monitoring kit", "Aurora", "attach", False),
    Product("WTR-CIR", "Cirro water treatment set", "Cirro", "attach", False),
    Product("SSK-AUR", "Aurora soft starter kit", "Aurora", "attach", False),
)
_BUNDLES = (
    Product("BUN-CIR-COMFORT", "Cirro comfort bundle", "Cirro", "bundle", False),
    Product("BUN-BOR-CARE", "Boreal care bundle", "Boreal", "bundle", False),
)
BUNDLE_ITEMS = (
    BundleItem("BUN-CIR-COMFORT", "CARE-PLUS-CIR", 1),
    BundleItem("BUN-CIR-COMFORT", "WTR-CIR", 1),
    BundleItem("BUN-CIR-COMFORT", "GW-100", 1),
    BundleItem("BUN-BOR-CARE", "CARE-PLUS-BOR", 1),
    BundleItem("BUN-BOR-CARE", "FLT-BOR", 1),
    BundleItem("BUN-BOR-CARE", "GW-100", 1),
)
_ACCESSORIES = {
    "Aurora": (("GW-100", None), ("VIB-AUR", 365), ("SSK-AUR", None)),
    "Boreal": (("GW-100", None), ("FLT-BOR", 90)),
    "Cirro": (("GW-100", None), ("WTR-CIR", None)),
    "Delta": (("FLT-DEL", 90),),
}


def _services() -> Iterator[Product]:
    for family, short in FAMILIES.items():
        for plan, word in _PLANS.items():
            yield Product(f"CARE-{plan}-{short}", f"Care {word} for {family}", family, "service", False)


PRODUCTS = (*_CORE, *_ATTACH, *_services(), *_BUNDLES)
PRODUCT_BY_SKU = {product.sku: product for product in PRODUCTS}
CORE_SKUS = tuple(product.sku for product in _CORE if product.sku != OTHER_MAKER)


def plan_sku(family: str, plan: str) -> str:
    """Return the service product of a plan (BASIC, PLUS or PREMIUM) for a family."""
    return f"CARE-{plan}-{FAMILIES[family]}"


def _relations() -> Iterator[ProductRelation]:
    for sku in CORE_SKUS:
        family = str(PRODUCT_BY_SKU[sku].family)
        for attach, min_age in _ACCESSORIES[family]:
            max_age = SITE_GATEWAY_MAX_AGE_DAYS if attach == "GW-100" else None
            yield ProductRelation(sku, attach, "accessory", min_age, max_age)
        if family == "Delta":
            yield ProductRelation(sku, "GW-100", "cross_sell", 180, SITE_GATEWAY_MAX_AGE_DAYS)
        yield ProductRelation(sku, plan_sku(family, "BASIC"), "service")
        yield ProductRelation(sku, plan_sku(family, "PLUS"), "service", None, 5_475)
        yield ProductRelation(sku, plan_sku(family, "PREMIUM"), "service", None, PREMIUM_MAX_AGE_DAYS)
    yield ProductRelation("AUR-240", "AUR-320", "up_sell", 4_380)
    yield ProductRelation("CIR-030", "CIR-035", "up_sell", 2_920)
    yield ProductRelation("CIR-030", "CIR-035", "substitute")
    yield ProductRelation("DEL-100", "DEL-200", "substitute")


RELATIONS = tuple(_relations())


class PriceList:
    """The prices of one sample company: since a few months ago 3 % above the ones before."""

    def __init__(self, today: date) -> None:
        self._risen_on = shift_months(today.replace(day=1), -7)
        self._first_day = shift_months(self._risen_on, -60)

    def price_on(self, sku: str, currency: str, day: date) -> Decimal:
        """Return the unit price; a day before the first price list has its prices."""
        price = Decimal(EUR_PRICES[sku])
        if currency == "GBP":
            price *= _GBP_PER_EUR
        if day < self._risen_on:
            price /= _RISE
        return price.quantize(Decimal(1)).quantize(Decimal("0.01"))

    def rows(self) -> Iterator[Price]:
        """Yield both price lists, the older one first."""
        for currency in ("EUR", "GBP"):
            for sku in EUR_PRICES:
                yield self._row(sku, currency, self._first_day, self._risen_on - timedelta(days=1))
                if sku not in _NO_LONGER_SOLD:
                    yield self._row(sku, currency, self._risen_on, None)

    def _row(self, sku: str, currency: str, first: date, last: date | None) -> Price:
        price = self.price_on(sku, currency, first)
        cost = price * _COST_SHARES[PRODUCT_BY_SKU[sku].kind]
        return Price(PRICEBOOK, sku, currency, price, cost.quantize(Decimal("0.01")), first, last)
