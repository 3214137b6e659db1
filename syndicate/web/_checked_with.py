"""The addresses of what everything is checked with: each version and its proof, the log and the registry."""

from collections.abc import Sequence
from typing import Final

from syndicate.web._items import Items
from syndicate.web._listing import log_files, proofs, registry_files, tokens
from syndicate.web._log import LogFiles
from syndicate.web._operation import BYTES, JSON, TEXT, VERSION, Operation, Schema
from syndicate.web._registry import TIMESTAMP, RegistryFiles
from syndicate.web._route import Route
from syndicate.web._world import World

_SLASHES: Final = "A path: slashes stay as they are."


def routes_to_check_with(
    world: World, items: Items, log: LogFiles, registry: RegistryFiles
) -> Sequence[Route]:
    """The addresses, in the order in which a static copy is made of them."""
    return [*_versions(world, items, log), *_log_and_registry(world, log, registry)]


def _versions(world: World, items: Items, log: LogFiles) -> Sequence[Route]:
    """Each version by itself, and its place in the log."""
    return [
        Route(
            "/v1/items/{sub}/{version}.jws",
            items.token,
            Operation(
                summary="One version's token, byte for byte as its agency signed it.",
                media_types=("application/jose",),
                tag="items",
                path=VERSION,
                query={},
                also=(404, 410),
            ),
            tokens(world),
        ),
        Route(
            "/v1/items/{sub}/{version}.tlog-proof",
            log.proof,
            Operation(
                summary="One version's place in the log: a C2SP tlog-proof.",
                media_types=(TEXT,),
                tag="items",
                path=VERSION,
                query={},
                also=(404,),
            ),
            proofs(world),
        ),
    ]


def _log_and_registry(world: World, log: LogFiles, registry: RegistryFiles) -> Sequence[Route]:
    """The files that everything is checked with."""
    return [
        Route(
            "/log/{file}",
            log.get,
            Operation(
                summary="A file of the log: tile/... or act/....json.",
                media_types=(BYTES, JSON),
                tag="log",
                path={"file": _file("tile/0/000.p/1")},
                also=(404,),
            ),
            log_files(world),
        ),
        Route(
            "/registry/{file}",
            registry.get,
            Operation(
                summary="A file of the registry (TUF) that never changes: metadata/... or targets/....",
                media_types=(JSON, TEXT),
                tag="registry",
                path={"file": _file("metadata/1.root.json")},
                also=(404,),
            ),
            registry_files(registry.standing),
        ),
        Route(
            TIMESTAMP,
            registry.timestamp,
            Operation(summary="Which files of the registry count now.", tag="registry"),
        ),
    ]


def _file(*examples: str) -> Schema:
    return {"type": "string", "minLength": 1, "description": _SLASHES, "examples": list(examples)}
