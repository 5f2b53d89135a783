"""Partners and people: the ones the stories name, and the others of a company of this size."""

from bot.demo.company.rows import Partner, Person

PARTNERS = (
    Partner("P-NORDKLIMA", "Nordklima Service", "installer", "gold", "North"),
    Partner("P-HAFENTEC", "Hafentec Kältetechnik", "installer", "silver", "North"),
    Partner("P-POLARIS", "Polaris Haustechnik", "reseller", "registered", "North"),
    Partner("P-ZENTRAL", "Zentral Klimabau", "system_house", "platinum", "Central"),
    Partner("P-RHEINLUFT", "Rheinluft", "installer", "gold", "Central"),
    Partner("P-KUEHLWERK", "Kühlwerk Nord-Süd", "reseller", "registered", "Central"),
    Partner("P-ALPENLUFT", "Alpenluft", "installer", "silver", "South"),
    Partner("P-SUDCLIMA", "Sudclima", "system_house", "gold", "South"),
    Partner("P-BRITAIR", "Britair Building Services", "system_house", "platinum", "UK"),
    Partner("P-MIDLAND", "Midland Refrigeration", "installer", "silver", "UK"),
)


def _person(
    person_id: str,
    name: str,
    role: str,
    *,
    slack: str | None = None,
    partner: str | None = None,
    region: str | None = None,
) -> Person:
    domain = "norvane.example" if partner is None else f"{partner.removeprefix('P-').lower()}.example"
    return Person(person_id, slack, name, f"{name.lower().replace(' ', '.')}@{domain}", role, partner, region)


PEOPLE = (
    _person("E-101", "Mara Lindqvist", "technician", slack="U0TECH0001", region="North"),
    _person("E-102", "Jonas Weber", "technician", slack="U0TECH0002", region="Central"),
    _person("E-103", "Henrik Dahl", "technician", region="North"),
    _person("E-104", "Greta Vogel", "technician", region="Central"),
    _person("E-105", "Luca Moretti", "technician", region="South"),
    _person("E-106", "Anna Pichler", "technician", region="South"),
    _person("E-107", "Grace Whitfield", "technician", region="UK"),
    _person("E-108", "Owen Price", "technician", region="UK"),
    _person("E-201", "Ingrid Solberg", "manager", slack="U0MGR00001"),
    _person("E-202", "Marc Lefort", "manager", slack="U0MGR00002", region="South"),
    _person("E-203", "Noor Haddad", "channel_manager", slack="U0CHMG0001"),
    _person("E-204", "Paul Okafor", "expert", slack="U0EXPT0001"),
    _person("E-205", "Sofie Brandal", "expert", region="North"),
    _person("E-206", "Lena Fischer", "marketing", slack="U0MKTG0001"),
    _person("E-207", "Sam Reyes", "admin", slack="U0ADMN0001"),
    _person("X-301", "Elif Kaya", "partner", slack="U0PART0001", partner="P-NORDKLIMA", region="North"),
    _person("X-302", "Tom Brandt", "partner", slack="U0PART0002", partner="P-ALPENLUFT", region="South"),
    _person("X-303", "Nils Hansen", "partner", partner="P-NORDKLIMA", region="North"),
    _person("X-304", "Birte Claussen", "partner", partner="P-HAFENTEC", region="North"),
    _person("X-305", "Ole Petersen", "partner", partner="P-POLARIS", region="North"),
    _person("X-306", "Sabine Roth", "partner", partner="P-ZENTRAL", region="Central"),
    _person("X-307", "Dirk Hollmann", "partner", partner="P-RHEINLUFT", region="Central"),
    _person("X-308", "Yasmin Arslan", "partner", partner="P-KUEHLWERK", region="Central"),
    _person("X-309", "Chiara Ferri", "partner", partner="P-SUDCLIMA", region="South"),
    _person("X-310", "Emma Caldwell", "partner", partner="P-BRITAIR", region="UK"),
    _person("X-311", "Ravi Mehta", "partner", partner="P-BRITAIR", region="UK"),
    _person("X-312", "Jack Thornley", "partner", partner="P-MIDLAND", region="UK"),
)


def technicians_of(region: str) -> tuple[Person, ...]:
    """Return the company's own technicians of a region."""
    return tuple(p for p in PEOPLE if p.role == "technician" and p.region == region)


def people_of_partner(partner_id: str) -> tuple[Person, ...]:
    """Return a partner's people."""
    return tuple(p for p in PEOPLE if p.partner_id == partner_id)


def partners_of(region: str) -> tuple[Partner, ...]:
    """Return the partners of a region."""
    return tuple(p for p in PARTNERS if p.region == region)
