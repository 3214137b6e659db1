"""An indexer that says how far it came until it is killed; run by test_search_index."""

import asyncio
import os
import sys
from pathlib import Path

from syndicate.storage import open_storage


async def run(path: Path) -> None:
    async with open_storage(path) as storage:
        while await storage.index(1):
            os.write(1, f"{await storage.unindexed()}\n".encode())


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
