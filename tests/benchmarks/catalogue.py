"""What the synthetic company makes: machines, what goes with them, and prices. All names are invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """A line of products.csv, with its price in whole euros."""

    sku: str
    name: str
    family: str
    kind: str
    price: int


# family: (what it is, short form, price of the smallest, sizes)
_FAMILIES = {
    "Halden": ("screw compressor", "HAL", 21_000, (18, 30, 45)),
    "Ostra": ("booster pump", "OST", 6_400, (40, 65)),
    "Vireo": ("conveyor drive", "VIR", 3_900, (11, 22)),
    "Kolma": ("steam boiler", "KOL", 48_000, (200, 350)),
    "Tessin": ("press brake", "TES", 92_000, (80,)),
    "Brackwell": ("labelling machine", "BRK", 17_500, (5, 8)),
}
_ADD_ONS = (("Remote link", "LNK", 640), ("Wear sensor set", "WSS", 1_150), ("Filter kit", "FLT", 180))
_PLANS = (("Basic", "BAS", 0.04), ("Plus", "PLU", 0.07), ("Premium", "PRE", 0.11))

CORE = tuple(
    Product(f"{short}-{size}", f"{family} {size} {noun}", family, "core", price * size // sizes[0])
    for family, (noun, short, price, sizes) in _FAMILIES.items()
    for size in sizes
)
ADD_ONS = tuple(
    Product(f"{code}-{short}", f"{name} for {family}", family, "attach", price)
    for family, (_, short, _, _) in _FAMILIES.items()
    for name, code, price in _ADD_ONS
)
PLANS = tuple(
    Product(f"CARE-{code}-{short}", f"Care {name} for {family}", family, "service", round(price * share))
    for family, (_, short, price, _) in _FAMILIES.items()
    for name, code, share in _PLANS
)
BUNDLES = tuple(
    Product(f"BUN-{short}", f"{family} bundle", family, "bundle", round(price * 0.1))
    for family, (_, short, price, _) in _FAMILIES.items()
)


def add_ons_of(family: str) -> tuple[Product, ...]:
    """Return the add-ons of a family."""
    return tuple(product for product in ADD_ONS if product.family == family)


def plans_of(family: str) -> tuple[Product, ...]:
    """Return the service plans of a family, the cheapest first."""
    return tuple(product for product in PLANS if product.family == family)
