"""Which IP addresses belong to the public internet (IANA special-purpose registries, RFC 6890).

The tables are our own and complete, because the answers of ``ipaddress`` change with Python's patch
releases. What is not known to be public is refused.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_SPECIAL_4 = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved"),
        ("192.52.193.0/24", "reserved"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_SPECIAL_6 = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "local-use NAT64"),
        ("100::/64", "discard-only"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2620:4f:8000::/48", "reserved"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
_UNICAST = IPv6Network("2000::/3")  # all that IANA has given out for public use
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291, section 2.5.5.2
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056


def why_special(address: Address) -> str | None:
    """Why ``address`` is not a public unicast address, in a word or two; None if it is one.

    An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4) is judged by what it carries;
    Teredo and locally assigned NAT64 prefixes are refused whatever they carry.
    """
    if isinstance(address, IPv4Address):
        return _named(address)
    if (carried := _carried(address)) is not None:
        return _named(carried)
    for network, name in _SPECIAL_6:
        if address in network:
            return name
    return None if address in _UNICAST else "reserved"


def _named(address: IPv4Address) -> str | None:
    return next((name for network, name in _SPECIAL_4 if address in network), None)


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)
    return None
