"""The customers and their sites. The first five are those of the stories."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.demo.company.rows import Account, Site

# Name, segment, region, street, town.
_CUSTOMERS = (
    ("Harbour Grand Hotel", "hotel", "North", "Quay 4", "Hamburg"),
    ("Larkfield Logistics", "logistics", "Central", "Lagerweg 18", "Kassel"),
    ("Fjordview Clinic", "healthcare", "North", "Fördeallee 2", "Flensburg"),
    ("Kestrel Data Centre", "data_centre", "UK", "Slough Road 90", "Slough"),
    ("Alpenblick Resort", "hotel", "South", "Seestraße 11", "Garmisch"),
    ("Harbour Hotels Group", "hotel", "North", "Quay 6", "Hamburg"),
    ("Harbour Bay Hotel", "hotel", "North", "Strandweg 31", "Lübeck"),
    ("Larkfield Cold Store", "logistics", "Central", "Lagerweg 22", "Kassel"),
    ("Kestrel Colocation", "data_centre", "UK", "Park Royal 7", "London"),
    ("Norderney Sea Spa", "hotel", "North", "Kaiserstraße 5", "Norderney"),
    ("Weserpark Mall", "retail", "North", "Parkallee 70", "Bremen"),
    ("Holstein Dairy", "industry", "North", "Molkereiweg 1", "Kiel"),
    ("Elbe Print Works", "industry", "North", "Druckerweg 9", "Stade"),
    ("Ostsee Clinic", "healthcare", "North", "Klinikring 3", "Rostock"),
    ("Hansa Insurance House", "office", "North", "Alsterufer 20", "Hamburg"),
    ("Waterkant School", "education", "North", "Deichstraße 14", "Cuxhaven"),
    ("Jade Port Terminal", "logistics", "North", "Am Hafen 12", "Wilhelmshaven"),
    ("Heide Food Hall", "retail", "North", "Marktplatz 2", "Lüneburg"),
    ("Fulda Distribution", "logistics", "Central", "Industriering 40", "Fulda"),
    ("Rhine Gate Tower", "office", "Central", "Brückenstraße 1", "Mainz"),
    ("Taunus Rehab Centre", "healthcare", "Central", "Waldweg 8", "Bad Homburg"),
    ("Main Data Hub", "data_centre", "Central", "Hanauer Straße 300", "Frankfurt"),
    ("Main Data Hub East", "data_centre", "Central", "Ostring 12", "Offenbach"),
    ("Erfurt Trade Fair", "public", "Central", "Messestraße 5", "Erfurt"),
    ("Wartburg Hotel", "hotel", "Central", "Burgweg 3", "Eisenach"),
    ("Ruhr Steel Parts", "industry", "Central", "Hüttenweg 77", "Dortmund"),
    ("Lahn University", "education", "Central", "Campusring 1", "Marburg"),
    ("Kassel Furniture Store", "retail", "Central", "Einrichtungsweg 4", "Kassel"),
    ("Sieg Pharma", "industry", "Central", "Laborstraße 15", "Siegen"),
    ("Vogelsberg Bakery", "industry", "Central", "Mühlweg 6", "Lauterbach"),
    ("Isar Business Park", "office", "South", "Leopoldring 60", "München"),
    ("Chiemsee Clinic", "healthcare", "South", "Seeblick 1", "Prien"),
    ("Allgäu Cheese", "industry", "South", "Sennereiweg 2", "Kempten"),
    ("Bodensee Ferry Port", "public", "South", "Hafenstraße 9", "Friedrichshafen"),
    ("Stuttgart Motor Museum", "public", "South", "Neckarweg 33", "Stuttgart"),
    ("Schwarzwald Spa Hotel", "hotel", "South", "Tannenweg 10", "Freudenstadt"),
    ("Danube Logistics", "logistics", "South", "Donauhafen 5", "Regensburg"),
    ("Franken Outlet", "retail", "South", "Outletallee 1", "Ingolstadt"),
    ("Augsburg College", "education", "South", "Fuggerstraße 19", "Augsburg"),
    ("Inn Valley Data", "data_centre", "South", "Technikpark 4", "Rosenheim"),
    ("Tauber Winery", "industry", "South", "Weinberg 8", "Würzburg"),
    ("Thames Court Offices", "office", "UK", "Embankment 44", "London"),
    ("Cotswold Manor Hotel", "hotel", "UK", "Church Lane 2", "Cirencester"),
    ("Mersey Freight", "logistics", "UK", "Dock Road 130", "Liverpool"),
    ("Pennine General Hospital", "healthcare", "UK", "Moor Road 1", "Huddersfield"),
    ("Avon Shopping Centre", "retail", "UK", "Broad Street 12", "Bristol"),
    ("Clyde Ship Parts", "industry", "UK", "Yard Lane 7", "Glasgow"),
    ("Severn College", "education", "UK", "College Green 3", "Gloucester"),
    ("Lothian Records Archive", "public", "UK", "Old Mill 21", "Edinburgh"),
    ("Humber Foods", "industry", "UK", "Estuary Way 58", "Hull"),
    ("Fenland Nursery Growers", "industry", "UK", "Drove 16", "Spalding"),
    ("Tyne Theatre", "public", "UK", "Grey Street 30", "Newcastle"),
)
_PARENTS = {
    "Harbour Grand Hotel": "Harbour Hotels Group",
    "Harbour Bay Hotel": "Harbour Hotels Group",
    "Larkfield Cold Store": "Larkfield Logistics",
    "Kestrel Colocation": "Kestrel Data Centre",
    "Main Data Hub East": "Main Data Hub",
}
_SECOND_SITES = {
    "Ruhr Steel Parts": ("Hall 7", "Hafenweg 12, Duisburg"),
    "Isar Business Park": ("Building C", "Leopoldring 66, München"),
    "Pennine General Hospital": ("North Wing", "Moor Road 9, Huddersfield"),
    "Lahn University": ("Library", "Campusring 18, Marburg"),
    "Mersey Freight": ("Shed 4", "Dock Road 168, Liverpool"),
    "Franken Outlet": ("Food court", "Outletallee 7, Ingolstadt"),
}
# Nothing is sold to the first for some time; the second's time has passed.
_DO_NOT_SELL_DAYS = {"Tauber Winery": 75, "Elbe Print Works": -30}
_ID_BY_NAME = {name: f"A-{1001 + position}" for position, (name, *_) in enumerate(_CUSTOMERS)}

STORY_ACCOUNT_IDS = ("A-1001", "A-1002", "A-1003", "A-1004", "A-1005")


def build_accounts(today: date) -> tuple[Account, ...]:
    """Return the accounts, by id."""
    return tuple(
        Account(
            account_id=_ID_BY_NAME[name],
            name=name,
            parent_account_id=_ID_BY_NAME.get(_PARENTS.get(name, "")),
            segment=segment,
            region=region,
            do_not_sell_until=(
                today + timedelta(days=_DO_NOT_SELL_DAYS[name]) if name in _DO_NOT_SELL_DAYS else None
            ),
        )
        for name, segment, region, _, _ in _CUSTOMERS
    )


def build_sites() -> tuple[Site, ...]:
    """Return the sites: one for each account, two for some."""
    return tuple(_sites())


def _sites() -> Iterator[Site]:
    for name, _, region, street, town in _CUSTOMERS:
        account_id = _ID_BY_NAME[name]
        number = account_id.removeprefix("A-")
        yield Site(f"S-{number}-1", account_id, "Main building", f"{street}, {town}", region)
        if name in _SECOND_SITES:
            site, address = _SECOND_SITES[name]
            yield Site(f"S-{number}-2", account_id, site, address, region)
