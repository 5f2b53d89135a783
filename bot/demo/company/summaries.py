"""What technicians write into their work orders, by family and type of call."""

SUMMARIES: dict[str, dict[str, tuple[str, ...]]] = {
    "Aurora": {
        "repair": (
            "E02 circuit A in the afternoon, coil full of poplar fluff, cleaned, runs at 15.2 bar",
            "E14 fan 3 stands still, drive code F1, motor and fan replaced",
            "E07 after pump change, strainer blocked, cleaned and bled",
            "E05 circuit B, drier outlet 5 K colder, cores replaced",
            "E18 comes back within the hour, expansion valve replaced",
            "E12 circuit A, terminal nuts loose, tightened as in the bulletin",
            "E09 at start, oil filter full, replaced, oil sample sent",
            "E19, leak at a valve stem of circuit B, 3 kg lost, sealed and recharged",
            "Loud rattle at part load, slide valve solenoid replaced",
            "E17, bus plug loose after the painters were there",
        ),
        "maintenance": (
            "Half-yearly service, coils cleaned, superheat 6.1 K, subcooling 4.8 K",
            "Yearly service, oil sample taken, terminals retightened, leak test without findings",
            "Service before summer, flow switch tested, set point 7 °C",
        ),
        "inspection": (
            "Vibration circuit A 3.4 mm/s, measure again in three months",
            "Leak test by law, no leak found",
            "Customer asks for lower night load, set points discussed",
        ),
        "commissioning": ("First start, nominal flow reached, checklist sent in",),
    },
    "Boreal": {
        "repair": (
            "E07, electrode gap 4.2 mm, set to 3.0 mm, flame current 6 µA",
            "E06, filters at 270 Pa, changed the set",
            "E12, economiser damper blocked by a bird's nest",
            "E15, condensate trap dry, cleaned and filled",
            "E02 circuit 1, condenser clogged with paper dust, washed",
            "E09, filters full, limiter reset, air flow measured",
            "E04, drive of supply fan 2 replaced",
            "E08 on windy days, flame rod cleaned, flue cap set straight",
            "E13, sensor in supply air broken, replaced",
        ),
        "maintenance": (
            "Service before winter, CO2 9.1 %, gas tight",
            "Service before summer, coils washed, trap filled",
            "Filter change, 12 panels, counter set to zero",
        ),
        "inspection": (
            "Leak sensor tested with test gas, trips at 25 %",
            "Customer complains of draught, air flow reduced to 90 %",
        ),
        "commissioning": ("First start, manifold 8.7 mbar, checklist sent in",),
    },
    "Cirro": {
        "repair": (
            "E08, strainer full of magnetite, cleaned, flow back at nominal",
            "E07, ice on the coil, four-way valve replaced",
            "E02 at 60 °C, heat exchanger scaled, rinsed",
            "E17, expansion vessel at 0.2 bar, precharge set to 1.0 bar",
            "E11, leaves in fan 1, removed",
            "E09, heat sink dirty, cleaned, inverter fan replaced",
            "E06, sensor wet, replaced",
            "Heat output falls, water conductivity 640 µS/cm, advised treatment",
        ),
        "maintenance": (
            "Yearly service, coil cleaned, leak sensor tested",
            "Water test: pH 7.6, conductivity 410 µS/cm, treatment advised",
            "Yearly service, terminals retightened to 2.5 Nm",
        ),
        "inspection": (
            "Neighbour complains of noise, night mode switched on",
            "Protective zone checked after garden works, free",
        ),
        "commissioning": ("First start, defrost in 7 minutes, checklist sent in",),
    },
    "Delta": {
        "repair": (
            "E06, belt of the wheel torn, replaced",
            "E05, bag filters at 320 Pa, changed",
            "E03 in mild weather, heating valve stuck, actuator replaced",
            "E01, EC motor dead, replaced",
            "Water under the unit, trap cleaned and filled",
            "E09, smoke detector dirty, no smoke, cleaned and reset",
            "E12, bus address set twice, corrected",
        ),
        "maintenance": (
            "Filter change, both stages, counter set to zero",
            "Yearly service, coils cleaned, frost thermostat tested",
            "Wheel vacuumed, belt shortened by one link",
        ),
        "inspection": (
            "Hygiene inspection, pan dirty, cleaned",
            "Air flow measured, 4 % below nominal",
        ),
        "commissioning": ("First start, pressure drops 60 Pa and 110 Pa, checklist sent in",),
    },
}
