"""What listeners and use cases are given: built once in the composition root, passed as an argument."""

from dataclasses import dataclass

from bot.access import ChannelAudience
from bot.clock import Clock
from bot.conduct.inbox import Inbox
from bot.database import SessionScope
from bot.delivery import Delivery
from bot.figures.book import FigureBook
from bot.gaps import GapBook
from bot.home.charts import HomeCharts
from bot.settings import Settings
from knowledge.knowledge_base import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Deps:
    """The running parts. `session_scope` commits, `read_scope` only reads."""

    settings: Settings
    clock: Clock
    session_scope: SessionScope
    read_scope: SessionScope
    knowledge: KnowledgeBase
    inbox: Inbox
    delivery: Delivery
    channel_audience: ChannelAudience
    gaps: GapBook
    figures: FigureBook
    charts: HomeCharts
