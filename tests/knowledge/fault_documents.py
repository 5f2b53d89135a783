"""Fault tables and lists of checks of invented machines, written for these tests, in the shapes that manuals use."""

from __future__ import annotations

from pathlib import Path

# A symptom that spans several rows is printed once.
SEVERAL_ROWS = """\
# Tarn P4 pump: service manual

## Seal water

> **WARNING:** Seal water is at 60 °C. Wear gloves.

Flush the seal before each start.

## 7 Faults

> **DANGER:** Live parts at 400 V. Lock the isolator before you open the terminal box.

### 7.1 Table of faults

| No. | Symptom | Possible cause | Remedy |
|-----|---------|----------------|--------|
| 1 | Pump runs but delivers nothing | Suction valve closed | Open the suction valve |
| | | Casing not filled | Fill the casing as in section 7.2 |
| | | Impeller turns the wrong way | Swap two phases |
| 2 | Motor trips after 5 minutes | Filter clogged | Clean the filter |
| | | Bearing dry | Grease the bearing with 15 g |
| 3 | Seal drips | Seal worn | Replace seal SEAL-4417 |

### 7.2 Filling

> **CAUTION:** The vent spits hot water. Stand aside.

1. Open the vent.
2. Fill until water leaves the vent.
"""

# One row, several causes in one cell and several remedies in another.
ONE_ROW = """\
# Tarn C2 compressor

## Finding faults

| Symptom | Likely cause | Remedy |
|---------|--------------|--------|
| Outlet pressure sinks | Filter dirty; belt slips; valve leaks | Tension the belt; clean the filter; reset menu 3 |
| Belt squeals | Tension too low | Tension the belt |
"""

GERMAN_HTML = """\
<html><head><title>Tarn G1 Gebläse</title></head><body><h1>Tarn G1 Gebläse</h1><h2>Störungen</h2>
<table><thead><tr><th>Störung</th><th>Mögliche Ursache</th><th>Abhilfe</th></tr></thead><tbody>
<tr><td rowspan="2">Gebläse läuft nicht an</td><td>Sicherung F2 defekt</td><td>Sicherung F2 ersetzen</td></tr>
<tr><td>Türschalter offen</td><td>Tür schließen</td></tr>
<tr><td>Luftmenge zu klein</td>
<td><ul><li>Filter verschmutzt</li><li>Klappe geschlossen</li></ul></td>
<td>Filter wechseln und Klappe prüfen</td></tr>
</tbody></table></body></html>
"""

CHINESE = """\
# 塔恩 K3 空压机

## 故障排除

| 故障现象 | 可能原因 | 处理方法 |
|----------|----------|----------|
| 排气温度过高 | 冷却器堵塞 | 清洗冷却器 |
| 排气温度过高 | 油位过低 | 补充润滑油 |
| 压力不足 | 进气滤芯堵塞 | 更换滤芯 |
"""

# The symptom is the heading; the table has no column for it.
HEADING = """\
# Tarn D8 dryer

## Faults

### Air is damp behind the dryer

| Cause | Check | Action |
|-------|-------|--------|
| Drain blocked | Press the test key; water must leave the drain | Clean the drain |
| Refrigerant lost | Read the dew point: above 5 °C means a loss | Call the service |

### Dryer hums but stays warm

| Cause | Check | Action |
|-------|-------|--------|
| Capacitor broken | Measure 30 µF | Replace the capacitor |
| Compressor blocked | Listen for the start | Replace the compressor |
"""

DECISION = """\
# Tarn L6 lift table

## No movement

1. Is the lamp H1 lit? If it is not, go to step 4.
2. Measure the voltage at X1: if it is 24 V, continue with step 5, otherwise go back to step 1.
3. Replace the relay K7.
4. Replace the fuse F1.
5. Check the valve coil: 18 ohm.
"""

BULLETS = """\
# Tarn R9 controller

## Troubleshooting

### No connection over USB

- Check the cable.
- Make sure that the driver is installed.

  The driver is called tarn-usb.
- Restart the controller.

### Noise

- Check the screws.

## Options

- Fan kit
- Wall holder
"""

CHECKLIST = """\
# Tarn V5 valve station

## 4 Trouble shooting

### 4.1 Station stops with alarm A31

1. Lock the isolator Q2.
2. Check the pressure at M1: at least 6 bar.
3. Check the plug of sensor B4.
4. Look for oil below the block.

## 5 Fitting the station

1. Check the parts against the list.
2. Check the floor: level to 2 mm.
3. Bolt it down with 45 Nm.
"""


def write_pages(path: Path) -> None:
    """Write a PDF whose fault table goes on over a page, its header printed once, the symptom on both pages."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    styles = getSampleStyleSheet()
    cell = styles["BodyText"]
    rows = [
        ("Belt stops", "Motor fuse blown", "Replace fuse F4"),
        ("", "Chain torn", "Fit a new chain"),
        ("", "Light barrier dirty", "Wipe the lens"),
        ("Belt stops", "Start key worn", "Replace the key"),
        ("Belt runs off", "Roller dirty", "Clean roller"),
    ]
    table = Table(
        [("Fault", "Cause", "Remedy"), *([Paragraph(text, cell) for text in row] for row in rows)],
        colWidths=[100, 110, 120],
        rowHeights=[20, *([55] * len(rows))],
    )
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 1, colors.black)]))
    story = [
        Paragraph("Tarn B7 belt conveyor", styles["Title"]),
        Paragraph("Faults and remedies", styles["Heading1"]),
        Paragraph("The belt carries parcels of up to 30 kg between two stations of the line. " * 3, cell),
        Spacer(1, 130),
        table,
    ]
    SimpleDocTemplate(str(path), pagesize=A5, title="Tarn B7 belt conveyor").build(story)


def write_word(path: Path) -> None:
    """Write a Word file whose symptom is one merged cell beside three rows, one cell with two paragraphs."""
    import docx

    file = docx.Document()
    file.add_heading("Tarn H2 heater", level=0)
    file.add_heading("Problems", level=1)
    table = file.add_table(rows=5, cols=3)
    rows = [
        ("Problem", "Reason", "Solution"),
        ("Water stays cold", "Anode used up", "Replace the anode"),
        ("", "Thermostat stuck", "Replace the thermostat"),
        ("", "Limiter tripped", "Press the limiter"),
        ("Heater rattles", "", "Descale"),
    ]
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    merged = table.cell(1, 0).merge(table.cell(3, 0))
    merged.text = "Water stays cold"
    table.cell(4, 1).text = "Lime on the rod"
    table.cell(4, 1).add_paragraph("Screws loose")
    file.save(str(path))


def long_list(*, families: tuple[str, ...] = ("Ora", "Bel")) -> str:
    """Return a CSV of faults too long for one passage: each fault in three rows, each row with its family."""
    lines = ["code;family;fault;cause;remedy"]
    for family in families:
        for number in range(1, 13):
            for part in ("sensor", "cable", "board"):
                lines.append(
                    f"K{number:02};{family};Axis {number} lost its position;{part} {number} of the {family} is broken;"
                    f"Replace the {part} of axis {number}"
                )
    return "\n".join(lines) + "\n"
