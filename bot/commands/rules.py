"""`attache rules`: what is offered to whom, as marketing writes it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import utc_now
from bot.commands.company import DAY, JsonOption
from bot.console import err, fail, open_reader, out, print_json, progress_bar, read_settings, reporting
from bot.errors import InputRejected

if TYPE_CHECKING:
    from sqlmodel import Session

    from offers.people import PersonFacts
    from offers.rulebook.reading import RuleFile, WrittenRule
    from offers.rulebook.shelf import RuleEntry
    from offers.rulebook.simulation import Simulation
    from offers.rules import RuleFacts

rules = typer.Typer(help="The plays: which offer, for whom, when.", no_args_is_help=True)

PathsArgument = Annotated[list[Path], typer.Argument(help="YAML files, or folders of them.")]
RuleArgument = Annotated[str, typer.Argument(help="A rule's id, as `rules list` names it.")]
PersonOption = Annotated[
    str | None, typer.Option("--by", help="The person_id of who decides; without it, the command line.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(rules, name="rules")


@rules.command("list")
def show_rules(as_json: JsonOption = False) -> None:
    """List the rules with their status, those that wait for approval first."""
    with reporting():
        from bot.database import build_read_scope
        from bot.views.rule_words import describe_status, describe_when
        from offers.rulebook.shelf import list_rules

        with build_read_scope(open_reader(read_settings()))() as session:
            entries = list_rules(session)
        if as_json:
            print_json([_entry_as_json(entry) for entry in entries])
            return
        for entry in entries:
            rule = entry.rule
            out.print(
                f"{rule.rule_id:28} {rule.play.value:13} {describe_status(entry):10} {rule.name}: "
                f"{'; '.join(describe_when(rule))}",
                markup=False,
            )


@rules.command("check")
def check_files(paths: PathsArgument) -> None:
    """Read rules and name every problem, line by line; nothing is changed."""
    with reporting():
        from bot.database import build_read_scope
        from offers.rulebook.reading import read_rule_files

        files = read_rule_files(paths)
        with build_read_scope(open_reader(read_settings()))() as session:
            _warn(session, [one for file in files for one in file.rules])
        for file in files:
            if not file.problems:
                out.print(f"{file.source}: {_count_rules(file)}, no problem", markup=False)
        _refuse(files)


@rules.command("load")
def load_files(paths: PathsArgument) -> None:
    """Save rules as drafts; a file with a problem is left out whole. Somebody has to approve them."""
    with reporting():
        from bot.app import open_database
        from bot.database import build_session_scope
        from offers.rulebook.lifecycle import save_draft
        from offers.rulebook.reading import read_rule_files
        from offers.rulebook.shelf import find_newest_row

        files = read_rule_files(paths)
        scope = build_session_scope(open_database(read_settings()))
        for file in files:
            with scope() as session:
                _find_other_plays(session, file)
                if file.problems:
                    continue
                _warn(session, file.rules)
                for one in file.rules:
                    before = find_newest_row(session, one.rule.rule_id)
                    saved = save_draft(session, one.rule, author=None, now=utc_now())
                    is_new = before is None or before.version != saved.version
                    word = f"draft, version {saved.version}" if is_new else "unchanged"
                    out.print(f"{file.source}: {saved.rule_id}: {word}", markup=False)
        _refuse(files)


@rules.command("simulate")
def simulate_rules(
    rule_or_file: Annotated[str, typer.Argument(help="A rule's id, or a YAML file.")],
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=DAY)] = None,
    as_json: JsonOption = False,
) -> None:
    """Try a rule out over the whole installed base; nothing is written or shown to anybody."""
    with reporting():
        from bot.database import build_read_scope
        from offers.rulebook.simulation import simulate

        settings = read_settings()
        scope = build_read_scope(open_reader(settings))
        with scope() as session:
            chosen = _find_rules(session, rule_or_file)
        day = as_of.date() if as_of else utc_now()
        found: list[Simulation] = []
        with progress_bar("machines") as bar:
            for rule in chosen:
                task = bar.add_task(rule.rule_id, total=None)

                def show(done: int, total: int, task: Any = task) -> None:
                    bar.update(task, completed=done, total=total)

                with scope() as session:
                    found.append(
                        simulate(session, rule, as_of=day, policy=settings.offer_policy, on_progress=show)
                    )
        if as_json:
            print_json([tried.as_json() for tried in found])
            return
        for tried in found:
            _print_simulation(tried)


@rules.command("approve")
def approve_rule(rule: RuleArgument, by: PersonOption = None) -> None:
    """Put a draft in force. Nobody approves their own: what was loaded here needs --by."""
    with reporting():
        from offers.rulebook.lifecycle import approve
        from offers.vocabulary import Origin

        with _deciding(by) as (session, person):
            approved = approve(session, rule, by=person, now=utc_now(), origin=Origin.COMMAND_LINE)
        out.print(f"{approved.rule_id} is in force, as version {approved.version}.", markup=False)


@rules.command("archive")
def archive_rule(rule: RuleArgument, by: PersonOption = None) -> None:
    """Take a rule out of force."""
    with reporting():
        from offers.rulebook.lifecycle import archive
        from offers.vocabulary import Origin

        with _deciding(by) as (session, person):
            archived = archive(session, rule, by=person, now=utc_now(), origin=Origin.COMMAND_LINE)
        out.print(f"{archived.rule_id} is archived and offers nothing any more.", markup=False)


@contextmanager
def _deciding(person_id: str | None) -> "Iterator[tuple[Session, PersonFacts | None]]":
    """Open a session for a decision, with the person who takes it; None is the command line."""
    from bot.app import open_database
    from bot.database import build_session_scope
    from offers.people import find_person

    scope = build_session_scope(open_database(read_settings()))
    with scope() as session:
        person = find_person(session, person_id) if person_id else None
        if person_id and person is None:
            fail(f"There is nobody with the person_id {person_id} in the people file.")
        yield session, person


def _find_rules(session: "Session", rule_or_file: str) -> "list[RuleFacts]":
    """Return the rules of a file, or the newest version of the rule with this id."""
    from offers.rulebook.reading import read_rule_files
    from offers.rulebook.shelf import get_rule

    path = Path(rule_or_file)
    if not path.exists() and path.suffix not in {".yaml", ".yml"}:
        return [get_rule(session, rule_or_file).rule]
    files = read_rule_files([path])
    written = [one for file in files for one in file.rules]
    _warn(session, written)
    _refuse(files)
    return [one.rule for one in written]


def _find_other_plays(session: "Session", file: "RuleFile") -> None:
    """Make it a problem of the file where a rule that exists would change its play."""
    from offers.rulebook.reading import RuleProblem
    from offers.rulebook.shelf import list_rules

    plays = {entry.rule.rule_id: entry.rule.play for entry in list_rules(session)}
    for one in file.rules:
        play = plays.get(one.rule.rule_id, one.rule.play)
        if play is not one.rule.play:
            reason = f"{one.rule.rule_id} is a rule for {play.value} and stays one"
            file.problems.append(RuleProblem(file.source, one.line_of("play"), reason))


def _warn(session: "Session", written: "Sequence[WrittenRule]") -> None:
    """Print the names that nothing has yet; they stand in the way of approval only."""
    from offers.rulebook.names import find_unknown_names, load_known_names
    from offers.rulebook.reading import RuleProblem

    known = load_known_names(session)
    if known.is_empty and written:
        err.print("No products are imported yet: names in the rules were not checked.", style="yellow")
        return
    for one in written:
        for unknown in find_unknown_names(one.rule, known):
            problem = RuleProblem(one.source, one.line_of(*unknown.path), unknown.reason)
            err.print(f"warning: {problem}", style="yellow", markup=False)


def _refuse(files: "Sequence[RuleFile]") -> None:
    """Print every problem; raises InputRejected when there is one."""
    for file in files:
        for problem in file.problems:
            err.print(str(problem), style="red", markup=False)
    refused = sum(bool(file.problems) for file in files)
    if refused:
        raise InputRejected(refused, "file was" if refused == 1 else "files were")


def _count_rules(file: "RuleFile") -> str:
    return f"{len(file.rules)} rule{'' if len(file.rules) == 1 else 's'}"


def _print_simulation(tried: "Simulation") -> None:
    from bot.views.rule_words import describe_simulation

    out.print(f"{tried.rule_id}: {describe_simulation(tried)}", markup=False)
    for reason, count in tried.reasons:
        out.print(f"  - {count:,}: {reason}", markup=False)


def _entry_as_json(entry: "RuleEntry") -> dict[str, Any]:
    rule = entry.rule
    return {
        "rule": rule.rule_id,
        "version": rule.version,
        "status": entry.status.value,
        "in_force": entry.in_force.version if entry.in_force else None,
        "play": rule.play.value,
        "name": rule.name,
        "when": rule.conditions.as_json(),
        "offer": list(rule.offer),
        "parameters": dict(rule.parameters),
        "discount_bps": rule.discount_bps,
        "incentive": rule.incentive.as_json(),
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
        "author": entry.author_id,
        "changed_at": entry.changed_at.isoformat() if entry.changed_at else None,
    }
