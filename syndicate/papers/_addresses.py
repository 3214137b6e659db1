"""Hosts and addresses as they stand in the files."""

import re
from functools import cache

from publicsuffixlist import PublicSuffixList

from syndicate.news import HostError, a_label, host_of, limits, spelling
from syndicate.papers._table import Table


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def read_hosts(table: Table, name: str, *, need: bool = False) -> dict[str, int]:
    """A list of host names as A-labels, each with its place in the list.

    A name may begin "*." to stand for every name below it, but not over a public suffix, under which
    anybody can register. Such a suffix itself, exact, is fine: governments live there.
    """
    hosts: dict[str, int] = {}
    for number, text in enumerate(table.texts(name, need=need)):
        try:
            host = a_label(text)
        except HostError as exc:
            table.note(str(exc), "Write the host alone: news.example.org, without https://.", name, number)
            continue
        if host.startswith("*.") and _suffixes().is_public(host[2:]):
            remedy = "Name each host, or put the * below a name of the agency's own."
            table.note(f"{text!r} would cover everybody under a public suffix", remedy, name, number)
            continue
        hosts[host] = number
    return hosts


def read_address(table: Table, name: str, *, need: bool = False, loopback: bool = False) -> str | None:
    """A plain http(s) address; ``loopback`` allows one on this machine with its port."""
    url = table.text(name, need=need, most=limits.URL)
    if url is None or (loopback and re.fullmatch(spelling.LOOPBACK_ADDRESS, url)):
        return url
    try:
        host_of(url)
    except HostError as exc:
        table.note(str(exc), "Write it like https://news.example.org/feed.atom, without user or port.", name)
        return None
    return url
