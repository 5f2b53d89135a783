"""The words that the synthetic manuals are written with, and drawing from them as language does.

Word frequencies of real text fall off like 1/rank (Zipf's law). Every manual ranks the words anew, so that
each has favourites of its own: a word is frequent in some manuals and absent from most.
"""

# ruff: noqa: SIM905 (a line of words reads better than sixty quoted ones)
from collections.abc import Sequence
from itertools import accumulate
from random import Random

PLACES = (
    "rear front upper lower inner outer primary secondary auxiliary main left right central lateral inlet outlet "
    "bypass suction discharge drive-side idle-side intermediate flexible rigid vented sealed split threaded flanged "
    "insulated heated cooled spring-loaded adjustable fixed removable double-acting calibrated shielded overhead"
).split()

DOMAINS = (
    "coolant oil steam feed vent drain belt gear rotor shaft spindle valve filter pressure temperature level flow "
    "current brake clutch encoder sensor motor fan pump condensate purge relief pilot start tension roller chain "
    "label lamp door hatch air water hydraulic lubricant exhaust interlock torque limit speed phase earth signal"
).split()

HEADS = (
    "bracket housing manifold gasket seal bearing plate cover coupling flange hose switch relay terminal connector "
    "ring bush guide rail spring lever gauge transmitter cartridge screen tray hinge latch cap plug union elbow clamp "
    "shroud impeller cylinder piston diaphragm actuator positioner strainer cable gland reservoir nozzle damper "
    "separator regulator contactor heater bellows"
).split()

STATES = (
    "at rest",
    "under full load",
    "in standby",
    "warming up",
    "running empty",
    "in manual mode",
    "after a cold start",
    "in the purge cycle",
    "at nominal speed",
    "switched to remote",
)

TOOLS = (
    "torque wrench",
    "feeler gauge",
    "hook spanner",
    "bearing puller",
    "lint-free cloth",
    "insulation tester",
    "calibrated manometer",
    "dial indicator",
    "soft mallet",
    "strap wrench",
    "clamp meter",
    "hexagon key",
)

# (name of the quantity, unit, lowest, highest, decimals)
QUANTITIES = (
    ("tightening torque", "Nm", 4, 320, 0),
    ("operating pressure", "bar", 1, 40, 1),
    ("permitted clearance", "mm", 0, 3, 2),
    ("maximum temperature", "°C", 35, 240, 0),
    ("rated current", "A", 1, 160, 1),
    ("supply voltage", "V", 24, 690, 0),
    ("oil quantity", "l", 1, 90, 1),
    ("service interval", "h", 250, 12_000, 0),
    ("flow rate", "m³/h", 1, 400, 1),
    ("insulation resistance", "MΩ", 1, 100, 0),
    ("vibration limit", "mm/s", 1, 12, 1),
    ("belt tension", "N", 60, 2_400, 0),
)

CONDITIONS = (
    "the {part} is colder than {small} °C",
    "the differential pressure at the {part} exceeds {small} bar",
    "more than {hours} operating hours have passed since the last inspection",
    "the reading differs from the rating plate by more than {small} %",
    "the machine is {state}",
    "the ambient air carries dust or salt",
    "a technician has released the {part} at the control panel",
    "the {part} was replaced by one of another series",
    "two attempts in a row have failed",
    "the supply falls below {volts} V for longer than {small} seconds",
)

CONSEQUENCES = (
    "the {part} wears evenly",
    "no moisture reaches the {part}",
    "the controller shows the message for the {part}",
    "the remaining energy is discharged through the {part}",
    "vibration is not passed on to the {part}",
    "the reading at the {part} drifts within a shift",
    "the next start takes up to {small} minutes",
    "the {part} can be taken out without lifting gear",
    "the warranty on the {part} ends",
    "the load stays below {percent} % of the rated value",
)

PREDICATES = (
    "is held on the {part} by {count} screws M{thread} and must be free of paint at the contact face",
    "keeps the {quantity} between {low} and {high} {unit} while the machine is {state}",
    "carries the load of the {part} and is lubricated for life",
    "has to be inspected every {hours} operating hours and replaced after {years} years",
    "separates the circuit of the {part} from the ambient air",
    "reports its state to the controller every {small} seconds over the {part}",
    "is designed for a {quantity} of at most {high} {unit}",
    "may only be opened when the {part} has cooled down below {percent} °C",
    "closes within {small} seconds when the {part} loses its supply",
    "is delivered with a coat of preserving oil that is wiped off before the {part} is fitted",
    "shares its drain with the {part}, which is why both are emptied together",
    "is adjusted at the works and sealed with yellow lacquer",
    "compensates the expansion of the {part} over a length of {percent} mm",
    "can be fitted in two positions, of which only the one with the arrow towards the {part} is right",
    "measures the {quantity} twice and compares both values with those of the {part}",
    "runs in its own bath and does not take part in the circulation through the {part}",
)

STEP_DETAILS = (
    "with a {tool}",
    "by {small} turns against the stop",
    "to {high} {unit}",
    "and keep the {part} for reassembly",
    "until no more liquid runs out at the {part}",
    "in a cross pattern, in two passes, to {torque} Nm",
    "and check the {part} for scoring, cracks and discolouration",
    "without bending the {part}",
    "and mark its position on the {part}",
    "while a second person holds the {part}",
    "and wait {small} minutes",
    "against the mark on the {part}",
)

STEP_VERBS = (
    "Loosen Tighten Remove Fit Clean Drain Fill Disconnect Connect Inspect Measure Align Secure Lift Lower Seal "
    "Release Vent Purge Turn"
).split()

JOBS = ("replace", "adjust", "inspect", "clean", "remove", "calibrate", "lubricate", "align", "drain", "test")

HAZARDS = (
    ("DANGER", "Live parts at {volts} V behind the {part}. Lock the main isolator and wait {small} minutes."),
    ("DANGER", "Suspended load. Nobody may stand below the {part} while it is being lifted."),
    ("WARNING", "Liquid above {percent} °C can spray out of the {part}. Release the pressure first."),
    ("WARNING", "The {part} starts without notice. Lock it out at the {part} before you reach in."),
    ("CAUTION", "The edges of the {part} are sharp. Wear cut-resistant gloves."),
    ("CAUTION", "The {part} stays hot for {percent} minutes after a stop."),
    ("NOTICE", "A {part} of another series fits but fails within {hours} hours."),
)

SYMPTOMS = (
    "{part} outside its limits",
    "no signal from the {part}",
    "{part} does not reach its end position",
    "overload at the {part}",
    "{part} too warm",
    "communication with the {part} interrupted",
    "implausible reading of the {part}",
    "{part} worn, replacement due",
)

REMEDIES = (
    "Check the wiring of the {part}",
    "Clean the {part} and reset the message",
    "Replace the {part}",
    "Let the {part} cool down and start again",
    "Tighten the terminals of the {part} to {torque} Nm",
    "Set the {part} anew and run a reference cycle",
)

# Nobody's manual answers these: an honest answer is that it is not in the documents.
BESIDE_THE_POINT = (
    "Which team won the district league in {year}?",
    "How many parking spaces does the head office have?",
    "What is the canteen's phone number on Sundays?",
    "Who painted the mural in the lobby in {year}?",
    "When does the harbour museum open its garden?",
)


class WordStock:
    """Draws from lists with Zipf's frequencies, each list in a ranking of this stock's own."""

    def __init__(self, rng: Random, *, parts: int = 90) -> None:
        """Draw up the `parts` part names that this text speaks of."""
        self.rng = rng
        self._ranked: dict[int, tuple[list[str], list[float]]] = {}
        self.parts = tuple(dict.fromkeys(self._compose_part() for _ in range(parts)))

    def _compose_part(self) -> str:
        words = [self.draw(DOMAINS), self.draw(HEADS)]
        return " ".join([self.draw(PLACES), *words] if self.rng.random() < 0.6 else words)

    def draw(self, items: Sequence[str]) -> str:
        """Return one of the items; the ones that this stock ranks high come often."""
        known = self._ranked.get(id(items))
        if known is None:
            order = list(items)
            self.rng.shuffle(order)
            known = (order, list(accumulate(1 / rank for rank in range(1, len(order) + 1))))
            self._ranked[id(items)] = known
        return self.rng.choices(known[0], cum_weights=known[1])[0]

    def part(self) -> str:
        """Return the name of a part."""
        return self.draw(self.parts)

    def fill(self, template: str) -> str:
        """Return the template with its gaps filled, each by a word or number that fits."""
        rng = self.rng
        name, unit, lowest, highest, decimals = rng.choice(QUANTITIES)
        low = rng.uniform(lowest, highest)
        values = {
            "quantity": name,
            "unit": unit,
            "low": f"{low:.{decimals}f}",
            "high": f"{low + rng.uniform(0.1, 0.6) * (highest - lowest):.{decimals}f}",
            "small": rng.randint(2, 15),
            "percent": rng.randint(20, 95),
            "hours": 250 * rng.randint(1, 32),
            "years": rng.randint(2, 10),
            "volts": rng.choice((24, 48, 110, 230, 400, 690)),
            "count": rng.choice(("two", "three", "four", "six", "eight", "twelve")),
            "thread": rng.choice((4, 5, 6, 8, 10, 12, 16)),
            "torque": rng.randint(4, 120),
            "year": rng.randint(1950, 2020),
            "state": self.draw(STATES),
            "tool": self.draw(TOOLS),
        }
        for key, value in values.items():
            template = template.replace(f"{{{key}}}", str(value))
        while "{part}" in template:
            template = template.replace("{part}", self.part(), 1)
        return template
