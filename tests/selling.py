"""An agency that has signed things, ready to sell them: its book, its configuration, its hub's registry."""

import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hub_folder import AGENCY
from newsroom import demo_config
from patience import PATIENCE
from press import NOON, local

from syndicate.agency import AgencyConfig, Unsigned, publish, sign_items
from syndicate.news import Act, Content, FederationId, Item, ItemId, Kind, Refused, UnixTime
from syndicate.ports import Signed, StreamBook
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_streambook

SIGNER = ephemeral_signer(bytes([1]) * 32)  # the key of aa.news in tests/registry_files.py


@dataclass
class Seller:
    folder: Path
    now: float = NOON + 1.0
    config: AgencyConfig = field(init=False)

    def __post_init__(self) -> None:
        self.config = replace(
            demo_config(self.folder),
            id=AGENCY,
            federation=FederationId("trial"),
            language="en",
            domains=("news.aa.example",),
            base_url="https://news.aa.example/signed/",
        )

    def opens(self) -> contextlib.AbstractContextManager[StreamBook]:
        return open_streambook(self.config.book_file, AGENCY, self.config.stream, wait_seconds=PATIENCE)

    def sign(self, *names: str, **changes: Any) -> list[Signed]:
        registry = self.config.own_registry(SIGNER.kid, SIGNER.public)
        with self.opens() as book:
            answers = sign_items(
                [Unsigned(item=replace(self._item(name), **changes)) for name in names],
                signer=SIGNER,
                book=book,
                registry=registry,
                now=self.now,
            )
            publish(self.config, book, registry)
        for each in answers:
            assert not isinstance(each, Refused), each
        return [each for each in answers if isinstance(each, Signed)]

    def _item(self, name: str) -> Item:
        return Item(
            aud=self.config.federation,
            iss=AGENCY,
            sub=ItemId(f"{AGENCY}:{local(name)}"),
            ver=1,
            stream=self.config.stream,
            seq=0,
            prev=None,
            iat=UnixTime(0),
            act=Act.PUBLISH,
            kind=Kind.STORY,
            lang="en",
            title=f"Story {name}",
            url=f"https://news.aa.example/{name}",
            published="2026-11-23T11:59:00Z",
            updated="2026-11-23T11:59:00Z",
            content=Content(type="text/html", body=f"<p>{name}</p>"),
        )
