"""What kind of number a metric is, where that decides what may be said of it."""

COUNTED = frozenset(
    {
        "coverage",
        "order_attach",
        "account_attach",
        "partner_attach",
        "renewal_rate",
        "first_renewal_rate",
        "cancellation_rate",
        "conversion",
        "funnel",
        "declines",
    }
)
"""Proportions of things that are counted one by one: their interval is Wilson's."""

RATIOS = frozenset({"units_attach", "net_attach", "renewal_value"})
"""Metrics that may exceed one."""

ONE_SIDED = frozenset({"units_attach", "net_attach"})
"""Ratios of one kind of product to another: of a single product there is the numerator or the denominator alone."""

STANDING = frozenset({"leakage"})
"""Metrics of a window whose base is that of a day."""

OVER_ACCOUNTS = RATIOS | {"value_attach", "pos_attach", "leakage", "margin"}
"""Sums over accounts, on whose number they rest: of other metrics n is the denominator."""

METRIC_NAMES = COUNTED | OVER_ACCOUNTS | {"incremental_attach", "time_to_attach"}
"""All metrics, by name."""

FORECAST = COUNTED - {"funnel", "declines"} | RATIOS | {"value_attach", "pos_attach"}
"""Metrics whose rate is numerator over denominator month by month, and can be foretold as that."""
