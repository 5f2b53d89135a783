"""Where a webhook may go: the internet, and nothing that is inside."""

import socket

import pytest

from offers.outbox.addresses import find_refusal, resolve

REFUSED = {
    "127.0.0.1": "loopback",
    "127.8.9.1": "loopback",
    "::1": "loopback",
    "10.0.0.5": "private",
    "172.16.0.1": "private",
    "172.31.255.254": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "private",  # Carrier-grade NAT, RFC 6598
    "100.127.255.254": "private",
    "198.18.0.1": "private",  # Benchmarks, RFC 2544
    "192.0.2.7": "private",  # Documentation
    "fd12:3456::1": "private",
    "fc00::1": "private",
    "2001:db8::1": "private",
    "169.254.1.1": "link-local",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "private",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "4000::1": "reserved",
    "0.0.0.0": "unspecified",  # noqa: S104
    "0.1.2.3": "unspecified",
    "::": "unspecified",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
    "169.254.169.254": "metadata service",
    "100.100.100.200": "metadata service",
    "168.63.129.16": "metadata service",
    "fd00:ec2::254": "metadata service",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.1.2.3": "private",
    "::ffff:a9fe:a9fe": "metadata service",
    "::ffff:100.64.1.1": "private",
    "64:ff9b::7f00:1": "loopback",  # NAT64 of 127.0.0.1
    "64:ff9b::a00:1": "private",  # NAT64 of 10.0.0.1
    "2002:7f00:1::": "loopback",  # 6to4 of 127.0.0.1
    "2002:a9fe:a9fe::1": "metadata service",
    "::7f00:1": "reserved",  # The deprecated way to write 127.0.0.1
    "localhost": "not an address",
    "": "not an address",
}
INSIDE = {"loopback", "private", "link-local", "reserved"}


@pytest.mark.parametrize("address", REFUSED)
def test_nothing_inside_is_sent_to(address: str) -> None:
    assert find_refusal(address, allows_private=False) == REFUSED[address]


@pytest.mark.parametrize("address", REFUSED)
def test_the_own_network_can_be_opened_and_nothing_else(address: str) -> None:
    expected = None if REFUSED[address] in INSIDE else REFUSED[address]
    assert find_refusal(address, allows_private=True) == expected


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_the_internet_is_open(address: str) -> None:
    assert find_refusal(address, allows_private=False) is None


def test_numbers_that_stand_for_an_address_are_looked_up_like_names() -> None:
    # 2130706433 is 127 * 2**24 + 1.
    for host in ("127.1", "2130706433", "0x7f.0.0.1"):
        try:
            found = resolve(host, 80)
        except socket.gaierror:
            continue
        assert [find_refusal(address, allows_private=False) for address in found] == ["loopback"]
