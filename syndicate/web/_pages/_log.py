"""/log: how long the public log is, who stands behind it, and how anybody checks it without us."""

from aiohttp import web

from syndicate.ledger import Policy, read_checkpoint
from syndicate.web._kept import KeptPages, Made
from syndicate.web._pages._paper import Paper
from syndicate.web._world import World


class Log:
    """Answers for the page about the log; its files are elsewhere."""

    def __init__(self, world: World, paper: Paper, kept: KeptPages) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The page."""
        return (await self._kept.get("log", self._make, minutes=True, first=True)).answer(request)

    async def _make(self) -> Made:
        world, log, policy = self._world, self._world.storage.log, self._world.policy()
        kept = await log.checkpoint_shown()
        note = None if kept is None else kept.note.decode()
        origin = None if kept is None else read_checkpoint(kept.note)[0].origin
        body = self._paper.print(
            "log.html",
            world.registry(),
            "log",
            size=f"{log.visible:,}",
            proven=f"{log.proven:,}",
            note=note,
            origin=origin,
            quorum=_quorum(policy),
            witnesses=sorted((name, key.vkey) for name, key in policy.witnesses.items()),
            waits=bool(world.log_waits()),
            base=world.base_url,
        )
        return Made(body=body, extra=self._paper.headers())


def _quorum(policy: Policy) -> tuple[int, int] | None:
    """How many of how many witnesses must stand behind a checkpoint; None: the operator alone."""
    if policy.quorum is None:
        return None
    group = policy.groups.get(policy.quorum)
    return (group.least, len(group.members)) if group else (1, len(policy.witnesses))
