"""What answers a question about a figure: the figure, or the contracts behind it, or what has become of it."""

from sqlmodel import Session

from bot.delivery import Place
from bot.deps import Deps
from bot.figures.asking import FigureRequest
from bot.figures.aspects import CUSTOMERS, RESTATED
from bot.figures.computing import FigureAnswer, compute, read_options
from bot.figures.contract_moves import MovesAnswer, describe_moves_file, look_up_moves
from bot.figures.directs import refer_to
from bot.figures.restated import RestatedAnswer, describe_restated_file, look_up_restated
from bot.files.lists import build_list_file
from bot.views.payloads import FigureRef
from offers.people import PersonFacts

Answer = FigureAnswer | MovesAnswer | RestatedAnswer


def look_up(
    session: Session,
    request: FigureRequest | FigureRef,
    person: PersonFacts,
    deps: Deps,
    *,
    is_whole: bool = False,
) -> Answer:
    """Return what this person may see of what was asked; `is_whole` as in `compute`.

    Raises the errors of `offers.reporting.report`.
    """
    ref = request if isinstance(request, FigureRef) else refer_to(request)
    if ref.aspect == CUSTOMERS:
        return look_up_moves(session, ref, read_options(ref, person, deps))
    if ref.aspect == RESTATED:
        return look_up_restated(session, ref, read_options(ref, person, deps))
    return compute(session, ref, person, deps, is_whole=is_whole)


def share_answer_file(
    answer: MovesAnswer | RestatedAnswer, slack_user_id: str, deps: Deps, *, is_workbook: bool
) -> None:
    """Send what is no figure by itself as a file into the person's own messages."""
    found = describe_moves_file(answer) if isinstance(answer, MovesAnswer) else describe_restated_file(answer)
    deps.delivery.share_file(
        Place(deps.delivery.open_dm(slack_user_id), None),
        build_list_file(found, is_workbook=is_workbook),
        name=found.name_file(is_workbook=is_workbook),
        title=found.title,
    )
