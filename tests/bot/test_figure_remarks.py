"""What is told beside a figure, in words."""

from bot.views.figure_remarks import describe_among, describe_sellers

_NAMES = {"T-1": "Anna", "P-1": "Aurum", "P-2": "Bellis", "P-3": "Corvus", "P-4": "Dahl"}


def test_sellers_of_both_kinds_are_named_and_ties_are_said() -> None:
    said = describe_sellers({"P-4": 1, "T-1": 6, "P-1": 1, "P-3": 1, None: 5, "P-2": 1}, _NAMES)
    # Of four with one unit two stand there by name, two are counted.
    assert "Anna (6), Aurum (1), Bellis (1) and 2 more with 1." in said
    assert "5 were sold by nobody who is known." in said


def test_those_with_fewer_are_no_tie_and_partners_alone_are_said_to_be() -> None:
    said = describe_sellers({"P-1": 4, "P-2": 3, "P-3": 2, "P-4": 1, None: 1}, _NAMES, of_partners=True)
    assert "Aurum (4), Bellis (3), Corvus (2). 1 was sold by no partner." in said


def test_without_sellers_it_says_what_nobody_sold() -> None:
    assert describe_sellers({None: 2}, {}).endswith("in this time. 2 were sold by nobody who is known.")


def test_products_side_by_side_are_called_products() -> None:
    assert describe_among(["AquaPort 7", "AquaPort 9"], "sku") == (
        "Side by side: AquaPort 7, AquaPort 9. The rate above is of every product."
    )
    assert describe_among(["North", "South"], "region").endswith("of every region.")
