"""What people who sell ask in their own words: which figure, which list, or a sentence; the manuals keep theirs."""

from datetime import date

import pytest

from bot.figures.questions import Subject, sort_question

SUNDAY = date(2026, 11, 22)
VALUES = {
    "region": [("North", "North"), ("Central", "Central"), ("South", "South"), ("UK", "UK")],
    "segment": [("Retail", "Retail")],
    "family": [("Aurora", "Aurora"), ("Borealis", "Borealis")],
    "partner": [("Nordklima Service", "P-NORDKLIMA")],
    "tier": [("gold", "gold"), ("silver", "silver")],
    "technician": [("Mara Lindqvist", "T-1")],
}
QUARTER, YEAR = "2026-07-01/2026-09-30", "2026-01-01/2026-11-22"
OCTOBER = "2026-10-01/2026-10-31"
NINETY = "2026-08-25/2026-11-22"

# The text, then the metric, the groups, the parts, the period (or the day), and what is asked beside the rate.
FIGURES = [
    (
        "what was our attach rate last quarter compared with the one before?",
        "units_attach",
        "quarter",
        "",
        "2026-04-01/2026-09-30",
        "",
    ),
    ("attach rate Q3 vs Q2", "units_attach", "quarter", "", "2026-04-01/2026-09-30", ""),
    ("attach rate this month vs last month", "units_attach", "month", "", "2026-10-01/2026-11-22", ""),
    (
        "How did renewals do in 2026 compared to 2025?",
        "renewal_rate",
        "year",
        "",
        "2025-01-01/2026-12-31",
        "",
    ),
    (
        "conversion this quarter versus the same quarter last year",
        "conversion",
        "quarter",
        "",
        "2025-10-01/2026-11-22",
        "",
    ),
    ("coverage last quarter vs the quarter before", "coverage", "quarter", "", "2026-04-01/2026-09-30", ""),
    ("why is coverage down in the north?", "coverage", "", "region=North", "", "moved"),
    ("why did attach drop?", "units_attach", "", "", NINETY, "moved"),
    ("Why are renewals so low this year", "renewal_rate", "", "", YEAR, "moved"),
    ("what happened to conversion last quarter", "conversion", "", "", QUARTER, "moved"),
    ("is our coverage improving?", "coverage", "", "", "", "moved"),
    ("who sells the most add-ons?", "units_attach", "partner", "", NINETY, "sellers"),
    ("which partner sells the most add-ons?", "units_attach", "partner", "", NINETY, "selling partners"),
    ("who sold most add ons last quarter", "units_attach", "partner", "", QUARTER, "sellers"),
    ("which partner has the best attach rate", "units_attach", "partner", "", NINETY, ""),
    ("top partners by attach rate this year", "units_attach", "partner", "", YEAR, ""),
    ("which technician converts best", "conversion", "technician", "", NINETY, ""),
    ("best region for coverage?", "coverage", "region", "", "", ""),
    ("worst tier for renewals in Q3", "renewal_rate", "tier", "", QUARTER, ""),
    ("who has the highest conversion?", "conversion", "technician", "", NINETY, ""),
    (
        "coverage of aurora in south on 30 june",
        "coverage",
        "",
        "family=Aurora,region=South",
        "2026-06-30",
        "",
    ),
    ("coverage on June 30th 2026", "coverage", "", "", "2026-06-30", ""),
    ("coverage as of 30.06.2026", "coverage", "", "", "2026-06-30", ""),
    ("coverage at the end of last quarter", "coverage", "", "", "2026-09-30", ""),
    ("attach rate from 1 july to 30 september", "units_attach", "", "", QUARTER, ""),
    ("attach rate since july", "units_attach", "", "", "2026-07-01/2026-11-22", ""),
    ("attach rate july to september 2026", "units_attach", "", "", QUARTER, ""),
    ("attach rate in the third quarter", "units_attach", "", "", QUARTER, ""),
    ("conversion over the last two quarters", "conversion", "", "", "2026-05-23/2026-11-22", ""),
    ("renewal rate in Central vs South", "renewal_rate", "region", "Central|South", NINETY, ""),
    ("compare coverage of Aurora and Borealis", "coverage", "family", "Aurora|Borealis", "", ""),
    ("whats the covrage by regoin", "coverage", "region", "", "", ""),
    ("atach rate by partnr last qarter", "units_attach", "partner", "", QUARTER, ""),
    ("renweal rate by segmnet", "renewal_rate", "segment", "", NINETY, ""),
    ("converison per technican in october", "conversion", "technician", "", "2026-10-01/2026-10-31", ""),
    ("how much did we sell last month?", "units_attach", "", "", "2026-10-01/2026-10-31", "sales"),
    ("what did we sell this quarter", "units_attach", "", "", "2026-10-01/2026-11-22", "sales"),
    ("number of machines without contract", "coverage", "", "", "", "uncovered"),
    ("how many machines have no contract in South?", "coverage", "", "region=South", "", "uncovered"),
    ("how many machines are not covered", "coverage", "", "", "", "uncovered"),
    ("which customers cancelled this year?", "cancellation_rate", "", "", YEAR, "customers"),
    ("contracts cancelled last quarter by region", "cancellation_rate", "region", "", QUARTER, ""),
    ("churn this year", "cancellation_rate", "", "", YEAR, ""),
    ("add-ons sold by partner this year", "units_attach", "partner", "", YEAR, ""),
    ("coverage compared to last quarter", "coverage", "quarter", "", "2026-07-01/2026-11-22", ""),
    ("Attach-Rate im Vergleich zum letzten Jahr", "units_attach", "year", "", "2025-01-01/2026-11-22", ""),
    ("coverage uk vs south last quarter", "coverage", "region", "UK|South", "2026-09-30", ""),
    ("are we on target for coverage", "coverage", "", "", "", ""),
    ("attach rate goal", "units_attach", "", "", NINETY, ""),
    ("how's our attach rate?", "units_attach", "", "", NINETY, ""),
    ("how are renewals going", "renewal_rate", "", "", NINETY, ""),
    ("show me conversion funnel", "funnel", "stage", "", NINETY, ""),
    ("decline reasons this quarter", "declines", "reason", "", "2026-10-01/2026-11-22", ""),
    ("sales by region", "units_attach", "region", "", NINETY, "sales"),
    ("how many add-ons did we sell in october", "units_attach", "", "", "2026-10-01/2026-10-31", "sales"),
    ("what % of machines are covered", "coverage", "", "", "", ""),
    ("percentage of machines under contract", "coverage", "", "", "", ""),
    ("Wie viele Verträge wurden dieses Jahr gekündigt?", "cancellation_rate", "", "", YEAR, "customers"),
    ("Who cancelled last month?", "cancellation_rate", "", "", OCTOBER, "customers"),
    ("How many contracts were cancelled last month?", "cancellation_rate", "", "", OCTOBER, "customers"),
    ("Which contracts were cancelled in October?", "cancellation_rate", "", "", OCTOBER, "customers"),
    (
        "How many customers cancelled last month in South?",
        "cancellation_rate",
        "",
        "region=South",
        OCTOBER,
        "customers",
    ),
    ("cancelled contracts last month", "cancellation_rate", "", "", OCTOBER, "customers"),
    ("Which customers renewed last month?", "renewal_rate", "", "", OCTOBER, "customers"),
    ("How many contracts were renewed last month?", "renewal_rate", "", "", OCTOBER, "customers"),
    ("restated coverage as of 2026-06-30", "coverage", "", "", "2026-06-30", "restated"),
    ("What has changed in coverage since last Monday?", "coverage", "", "", "2026-11-16", "restated"),
    ("restated renewal rate last quarter in South", "renewal_rate", "", "region=South", QUARTER, "restated"),
    ("cancellation rate last month", "cancellation_rate", "", "", OCTOBER, ""),
    ("renewal rate last month", "renewal_rate", "", "", OCTOBER, ""),
    ("compare regions by coverage", "coverage", "region", "", "", ""),
    ("coverage trend", "coverage", "month", "", "2025-12-01/2026-11-22", ""),
    ("how is our attach rate developing over time", "units_attach", "month", "", "2025-12-01/2026-11-22", ""),
    ("conversion of Mara Lindqvist this year", "conversion", "", "technician=T-1", YEAR, ""),
    ("attach rate of our gold partners", "units_attach", "", "tier=gold", NINETY, ""),
    (
        "Can you show me the renewal rate for Nordklima Service in 2026 please",
        "renewal_rate",
        "",
        "partner=P-NORDKLIMA",
        "2026-01-01/2026-12-31",
        "",
    ),
    ("Wie hoch war die Attach-Rate im letzten Quartal?", "units_attach", "", "", QUARTER, ""),
    ("Abdeckung nach Region", "coverage", "region", "", "", ""),
    ("Verlängerungsquote pro Partner dieses Jahr", "renewal_rate", "partner", "", YEAR, ""),
    ("Warum ist die Abdeckung in South gesunken?", "coverage", "", "region=South", "", "moved"),
    ("Kündigungen seit 01.07.2026", "cancellation_rate", "", "", "2026-07-01/2026-11-22", ""),
    ("wie viele Maschinen haben keinen Vertrag", "coverage", "", "", "", "uncovered"),
]

LISTS = [
    ("renewals at risk in euros", "renewal"),
    ("which contracts are expiring soon?", "renewal"),
    ("show me the machines without a contract", "uncovered"),
    ("which customers have no contract", "uncovered"),
    ("list customers without service contract", "uncovered"),
    ("list the white space in money", "uncovered"),
    ("welche Verträge laufen bald aus?", "renewal"),
]

TARGETS = [
    "are we going to hit the target",
    "are we on track for our targets?",
    "how far are we from our goals",
    "Erreichen wir unsere Ziele?",
]

SENTENCES = [
    "why are our declines up",
    "conversion by channel manager",
    "which partners are below target",
    "revenue from add ons Q3 2026",
    "what was our revenue last year",
    "attach rate of Hotel Adler",
    "attach rate of Nordklima",
    "coverage in nrth",
    "coverage by colour",
    "how can we improve our attach rate?",
    "what is a good attach rate",
    "attach rate per sales rep and shoe size",
    "renewal rate of contracts with a discount",
    "is coverage correlated with weather",
    "what drives conversion in the UK for the night shift",
    "compare this week's conversion with last week",
    "Umsatz letztes Jahr",
    "which partners cancelled the most deals on mondays",
]

AHEAD = [
    "coverage 2027",
    "attach rate in January 2027",
    "conversion as of 2030-01-01",
    "renewals since 2030-01-01",
]

DOCUMENTS = [
    "what is the attach procedure for the gateway",
    "how many bolts attach the cover",
    "coverage of the sensor in metres",
    "rate of flow in the last quarter of the cycle",
    "How do I attach the drip tray?",
    "is the compressor covered by the warranty?",
    "conversion of bar to psi",
    "what is the conversion rate of the ADC",
    "renewal of the filter",
    "when is the filter due for renewal",
    "why is the valve leaking",
    "leak rate of the refrigerant circuit",
    "how to fix a leaking hose",
    "target temperature of the cold room",
    "why did the pressure drop",
    "why is the temperature down in the north chamber",
    "which technician tool opens the lid",
    "contract relay K3 does not close",
    "contactor sticks, what now",
    "attach the probe to terminal X4",
    "how far from the wall must the unit be",
    "number of machines on one circuit breaker",
    "is the door gasket covered with grease",
    "what does alarm E14 mean",
    "cancel the alarm",
    "how was the alarm cancelled",
    "feed the ice through the funnel",
    "Wie hoch ist der Druck im Kessel?",
    "gateway coverage radius",
    "region of the display that flickers",
    "detach and attach the fan motor",
    "POS terminal cable",
    "channel 3 of the recorder has no signal",
    "expired filter, how do I replace it",
    "who is covered if the seal fails",
    "what is the coverage angle of the spray arm",
    "why is the leak at the customer's site back",
    "our contract for the customer says attach the label",
    "how do I attach a photo for our customer",
    "what is covered in the annual service",
    "coverage of annual service plan",
    "conversion table",
    "conversion kit for our units",
    "renewal interval for the UV lamp",
    "point of sale display is dark",
    "what happened to the condensate",
    "what's the goal of the defrost",
    "manual: coverage",
]


def _period(first: date | None, last: date | None, day: date | None) -> str:
    return f"{first}/{last}" if last is not None else str(day or "")


@pytest.mark.parametrize(("text", "metric", "by", "parts", "period", "aspect"), FIGURES)
def test_a_figure_is_understood(
    text: str, metric: str, by: str, parts: str, period: str, aspect: str
) -> None:
    found = sort_question(text, today=SUNDAY, values=VALUES)
    assert found.subject is Subject.FIGURE, found
    asked = found.figure
    assert asked is not None
    said = ",".join(f"{name}={value}" for name, value in sorted(asked.only.items())) or "|".join(asked.among)
    assert (asked.metric, ",".join(asked.by), said, asked.aspect) == (metric, by, parts, aspect)
    day = None if asked.as_of == SUNDAY else asked.as_of
    assert _period(asked.date_from, asked.date_to, day) == period


@pytest.mark.parametrize(("text", "kind"), LISTS)
def test_a_list_is_understood(text: str, kind: str) -> None:
    found = sort_question(text, today=SUNDAY, values=VALUES)
    assert (found.subject, found.kind and found.kind.value) == (Subject.LIST, kind)


@pytest.mark.parametrize("text", TARGETS)
def test_where_all_targets_stand_is_understood(text: str) -> None:
    assert sort_question(text, today=SUNDAY, values=VALUES).subject is Subject.TARGETS


@pytest.mark.parametrize("text", SENTENCES)
def test_what_is_about_a_figure_and_not_understood_gets_a_sentence(text: str) -> None:
    assert sort_question(text, today=SUNDAY, values=VALUES).subject is Subject.UNCLEAR


@pytest.mark.parametrize("text", AHEAD)
def test_a_period_to_come_is_told_apart(text: str) -> None:
    assert sort_question(text, today=SUNDAY, values=VALUES).subject is Subject.AHEAD


@pytest.mark.parametrize("text", DOCUMENTS)
def test_what_is_about_machines_goes_to_the_documents(text: str) -> None:
    assert sort_question(text, today=SUNDAY, values=VALUES).subject is Subject.DOCUMENTS


@pytest.mark.parametrize(
    ("text", "today", "first"),
    [
        # 365 days, both ends included.
        ("attach rate in the last 12 months", date(2026, 11, 23), date(2025, 11, 24)),
        # Three whole months: March, April and May.
        ("attach rate last 3 months", date(2026, 5, 31), date(2026, 3, 1)),
        # A leap year's February ends on the 29th.
        ("attach rate last 1 month", date(2028, 3, 31), date(2028, 3, 1)),
        ("attach rate last 2 quarters", date(2026, 8, 31), date(2026, 3, 1)),
    ],
)
def test_so_many_months_are_whole_and_none_overflows(text: str, today: date, first: date) -> None:
    asked = sort_question(text, today=today).figure
    assert asked is not None
    assert (asked.date_from, asked.date_to) == (first, today)


# 22 November 2026 is a Sunday, the Monday before it the 16th.
@pytest.mark.parametrize(
    ("text", "today", "period", "as_of"),
    [
        ("coverage last Monday", SUNDAY, "", "2026-11-16"),
        ("What was our attach rate last Monday?", SUNDAY, "2026-08-19/2026-11-16", "2026-11-16"),
        ("attach rate since last Monday", SUNDAY, "2026-11-16/2026-11-22", ""),
        ("coverage as of yesterday", SUNDAY, "", "2026-11-21"),
        ("attach rate as of Friday", SUNDAY, "2026-08-23/2026-11-20", "2026-11-20"),
        ("conversion on Monday", SUNDAY, "2026-11-16/2026-11-16", ""),
        ("conversion from Monday to yesterday", SUNDAY, "2026-11-16/2026-11-21", ""),
        ("Who cancelled last Monday?", SUNDAY, "2026-11-16/2026-11-16", ""),
        # Asked on a Monday, the last one is a week ago, and "on Monday" is today.
        ("coverage last Monday", date(2026, 11, 23), "", "2026-11-16"),
        ("conversion on Monday", date(2026, 11, 23), "2026-11-23/2026-11-23", ""),
        ("Abdeckung letzten Montag", SUNDAY, "", "2026-11-16"),
    ],
)
def test_days_are_named_by_the_week(text: str, today: date, period: str, as_of: str) -> None:
    found = sort_question(text, today=today, values=VALUES)
    assert found.subject is Subject.FIGURE, found
    asked = found.figure
    assert asked is not None
    assert _period(asked.date_from, asked.date_to, None) == period
    assert str(asked.as_of or "") == as_of
