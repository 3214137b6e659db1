"""Whether an alert came, for every slice: as the log says, looked at once."""

import pytest
from press import ALERT
from sealed import Hub, Newsroom

from syndicate.journey import _alerts
from syndicate.journey._alerts import Alerts
from syndicate.news import Kind, Slice


async def test_an_alert_came_to_those_slices_that_hold_it(hub: Hub, room: Newsroom) -> None:
    alerts = Alerts(hub.storage)
    await hub.take(room.sign("old", kind=Kind.ALERT, alert=ALERT))
    await alerts.begin()
    assert not await alerts.came(Slice(), -1), "what stood before it began is nobody's news"
    await hub.take(room.sign("news"), room.sign("storm", kind=Kind.ALERT, alert=ALERT))
    newest = await hub.storage.newest(Slice())
    assert await alerts.came(Slice(), newest - 1)
    assert await alerts.came(Slice(lang="vi", kind="alert"), newest - 1)
    assert not await alerts.came(Slice(lang="en"), newest - 1)
    assert not await alerts.came(Slice(), newest)


async def test_many_alerts_are_looked_through_page_by_page_and_the_oldest_forgotten(
    hub: Hub, room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_alerts, "_PAGE", 2)
    monkeypatch.setattr(_alerts, "_MOST", 2)
    alerts = Alerts(hub.storage)
    await alerts.begin()
    await hub.take(*(room.sign(f"storm{n}", kind=Kind.ALERT, alert=ALERT) for n in range(5)))
    assert await alerts.came(Slice(lang="en"), 0), "who asks for what is forgotten looks again"
    assert not await alerts.came(Slice(lang="en"), 3)
    assert await alerts.came(Slice(), 3)
    assert not await alerts.came(Slice(), 4)
