"""Every item of a hub, in order, checked: python follow.py https://hub.example root.json"""
import asyncio
import sys
from syndicate.client import follow

async def main(hub: str, root: str) -> None:
    async for one in follow(hub, root=root, cursor="cursor.json"):
        print(one.index, one.item.iss, one.item.title, flush=True)

asyncio.run(main(*sys.argv[1:]))
