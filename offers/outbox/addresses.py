"""Which network addresses a webhook may be sent to: what is on the internet, nothing that is inside.

A host's name is looked up once, every address that it has is checked, and the connection goes to an address that
was checked. A name that answers differently the second time (DNS rebinding) leads nowhere.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> the host's addresses as text, in the order in which to try them. Raises OSError."""

# What clouds tell a machine about itself, keys included; the third is a public address all the same.
_METADATA = frozenset(
    ip_address(text)
    for text in ("169.254.169.254", "fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.0.192")
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address.


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, best first, each once. Raises OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def find_refusal(text: str, *, allows_private: bool) -> str | None:
    """Return why nothing may be sent to an address, in a word or two, or None when it may.

    With `allows_private` the company's own network is open too; metadata services, multicast and the unspecified
    address never are.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "not an address"
    for one in (address, *_find_embedded(address)):
        why = _find_never(one) or (None if allows_private else _find_inside(one))
        if why is not None:
            return why
    return None


def _find_embedded(address: Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address stands for: mapped, compatible, 6to4, Teredo or NAT64."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    last = IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        found.append(last)
    return [one for one in found if one is not None]


def _find_never(address: Address) -> str | None:
    if address in _METADATA:
        return "metadata service"
    if address.is_unspecified or (isinstance(address, IPv4Address) and int(address) >> 24 == 0):
        return "unspecified"
    return "multicast" if address.is_multicast else None


def _find_inside(address: Address) -> str | None:
    if address.is_loopback:
        return "loopback"
    if address.is_link_local:
        return "link-local"
    if isinstance(address, IPv6Address) and address.is_site_local:
        return "private"
    stands_for_another = isinstance(address, IPv6Address) and (
        address.ipv4_mapped is not None or address in _NAT64
    )
    # What stands for an IPv4 address is judged by that one; carrier-grade NAT is neither private nor global.
    if stands_for_another or (address.is_global and not address.is_reserved):
        return None
    return "reserved" if address.is_reserved else "private"
