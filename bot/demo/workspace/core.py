"""The parts that everything in the workspace shares."""

from dataclasses import dataclass

from bot.demo.workspace.faults import Faults
from bot.demo.workspace.feed import Feed
from bot.demo.workspace.manifest import AppManifest, parse_manifest
from bot.demo.workspace.minting import Mint
from bot.demo.workspace.records import Json, Message
from bot.demo.workspace.seed import WorkspaceSeed
from bot.demo.workspace.socket_mode import SocketHub
from bot.demo.workspace.state import State
from bot.demo.workspace.timing import Timing
from bot.demo.workspace.triggers import ResponseUrls, Triggers

BOT_ID = "B0ATTACHE1"


@dataclass(slots=True)
class Core:
    """One workspace's shared parts. `base_url` is known once the server listens."""

    seed: WorkspaceSeed
    manifest: AppManifest
    timing: Timing
    mint: Mint
    state: State
    feed: Feed
    faults: Faults
    hub: SocketHub
    triggers: Triggers
    response_urls: ResponseUrls
    bot_token: str
    app_token: str
    base_url: str = ""

    @property
    def team_domain(self) -> str:
        """The workspace's subdomain."""
        return self.seed.team_name.lower().replace(" ", "-")

    def display_name(self, user_id: str) -> str:
        """Return the name of a person or of the app."""
        user = self.state.users.get(user_id)
        return user.name if user else self.seed.app_name

    def user_json(self, user_id: str) -> Json:
        """Return the short form of a person that interactions carry."""
        name = self.display_name(user_id).lower().replace(" ", ".")
        return {"id": user_id, "username": name, "name": name, "team_id": self.seed.team_id}

    def audience(self, message: Message) -> set[str]:
        """Return who sees a message."""
        if message.ephemeral_to is not None:
            return {message.ephemeral_to}
        return self.state.conversations[message.channel].members


def build_core(seed: WorkspaceSeed, timing: Timing) -> Core:
    """Put a workspace together from its seed."""
    mint = Mint()
    hub = SocketHub(timing=timing, app_id=seed.app_id)
    faults = Faults()
    faults.on_drop = hub.drop_all
    return Core(
        seed=seed,
        manifest=parse_manifest(seed.manifest),
        timing=timing,
        mint=mint,
        state=State(seed, mint),
        feed=Feed(),
        faults=faults,
        hub=hub,
        triggers=Triggers(team_id=seed.team_id, mint=mint, timing=timing),
        response_urls=ResponseUrls(timing=timing),
        bot_token=f"xoxb-local-{mint.name(16)}",
        app_token=f"xapp-1-{seed.app_id}-{mint.name(16)}",
    )
