"""Attack 23: being made to connect to what only our own network should reach."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from raw_server import fetch_from, raw_server, response

from syndicate.errors import ForbiddenAddress
from syndicate.fetch import FetchLimits, open_dialer, open_fetcher
from syndicate.fetch._dialer import _Guard, _ThreadedResolver
from syndicate.ports import Fetched, FetchFailed, FetchFault, FetchOutcome


class Answers(AbstractResolver):
    """A name server of the attacker's: each question takes the next answer, the last one stays."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


def fault(outcome: FetchOutcome) -> FetchFault:
    assert isinstance(outcome, FetchFailed), outcome
    return outcome.fault


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::808:808]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
    ],
)
async def test_attack_23_an_address_written_into_the_url_is_refused_in_every_form(host: str) -> None:
    async with open_fetcher(FetchLimits(), user_agent="tests") as fetcher:
        outcome = await fetcher.fetch(f"http://{host}/feed")

    assert fault(outcome) is FetchFault.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1."])
async def test_attack_23_loopback_in_disguise_is_never_reached(host: str) -> None:
    async with (
        raw_server({"/": response(b"secret")}) as served,
        open_fetcher(FetchLimits(), user_agent="tests") as fetcher,
    ):
        outcome = await fetcher.fetch(f"http://{host}:{served.port}/")

    assert fault(outcome) in (FetchFault.FORBIDDEN_ADDRESS, FetchFault.BAD_URL, FetchFault.DNS)
    assert served.connections == 0


async def test_attack_23_a_redirect_to_a_forbidden_place_is_refused() -> None:
    async with raw_server({"/": response(b"secret")}) as inside:
        forbidden = [
            inside.url(),
            f"http://[::ffff:127.0.0.1]:{inside.port}/",
            "http://169.254.169.254/latest/",
        ]
        for location in forbidden:
            async with raw_server({"/": response(b"", "302 Found", Location=location)}) as served:
                outcome = await fetch_from(served)
            assert fault(outcome) is FetchFault.FORBIDDEN_ADDRESS

    assert inside.connections == 0


async def test_attack_23_a_name_that_is_rebound_between_two_fetches_is_refused_the_second_time() -> None:
    resolver = Answers(("127.0.0.1",), ("::1",))
    async with (
        raw_server({"/": response(b"x")}) as served,
        raw_server({"/": response(b"secret")}, host="::1", port=served.port) as inside,
        open_fetcher(FetchLimits(), allow=[served.place], user_agent="tests", resolver=resolver) as fetcher,
    ):
        served.answers["/"] = response(b"x", Connection="close")
        first = await fetcher.fetch(f"http://news.example:{served.port}/")
        second = await fetcher.fetch(f"http://news.example:{served.port}/")

    assert isinstance(first, Fetched)
    assert fault(second) is FetchFault.FORBIDDEN_ADDRESS
    assert (resolver.asked, inside.connections) == (2, 0)


async def test_attack_23_a_name_that_is_rebound_between_two_hops_is_refused_at_the_second() -> None:
    async with (
        raw_server() as served,
        raw_server({"/b": response(b"secret")}, host="::1", port=served.port) as inside,
        open_fetcher(
            FetchLimits(),
            allow=[served.place],
            user_agent="tests",
            resolver=Answers(("127.0.0.1",), ("::1",)),
        ) as fetcher,
    ):
        served.answers["/a"] = response(b"", "302 Found", Location="/b", Connection="close")
        outcome = await fetcher.fetch(f"http://news.example:{served.port}/a")

    assert fault(outcome) is FetchFault.FORBIDDEN_ADDRESS
    assert inside.connections == 0


async def test_attack_23_a_name_for_a_forbidden_address_is_refused() -> None:
    for answer in (("127.0.0.1",), ("10.0.0.1", "::1"), ("64:ff9b::7f00:1",), ("fe80::1%lo",)):
        async with open_fetcher(FetchLimits(), user_agent="tests", resolver=Answers(answer)) as fetcher:
            outcome = await fetcher.fetch("http://news.example/")
        assert fault(outcome) is FetchFault.FORBIDDEN_ADDRESS


async def test_attack_23_of_several_addresses_only_those_that_may_be_are_dialled() -> None:
    async with (
        raw_server({"/": response(b"secret")}, host="::1") as inside,
        raw_server({"/": response(b"x")}, port=inside.port) as served,
        open_fetcher(
            FetchLimits(),
            allow=[served.place],
            user_agent="tests",
            resolver=Answers(("::1", "10.0.0.1", "127.0.0.1")),
        ) as fetcher,
    ):
        outcome = await fetcher.fetch(f"http://news.example:{served.port}/")

    assert isinstance(outcome, Fetched)
    assert inside.connections == 0


async def test_attack_23_a_listed_address_is_listed_for_its_port_alone() -> None:
    async with raw_server({"/": response(b"secret")}) as inside, raw_server() as served:
        served.port, listed = inside.port, served.port
        async with open_fetcher(FetchLimits(), allow=[("127.0.0.1", listed)], user_agent="tests") as fetcher:
            outcome = await fetcher.fetch(inside.url())

    assert fault(outcome) is FetchFault.FORBIDDEN_ADDRESS


def test_the_guard_lets_public_addresses_through_on_the_two_web_ports_only() -> None:
    guard = _Guard([("127.0.0.1", 8_080)])
    for address in ("8.8.8.8", "2400:cb00::1", "::ffff:8.8.8.8"):
        guard.check(address, 80)
        guard.check(address, 443)
        for port in (22, 8_080, 6_379):
            with pytest.raises(ForbiddenAddress, match=f"port {port}"):
                guard.check(address, port)
    guard.check("127.0.0.1", 8_080)
    for address, port in (("127.0.0.1", 80), ("127.0.0.2", 8_080), ("::ffff:127.0.0.1", 8_080)):
        with pytest.raises(ForbiddenAddress):
            guard.check(address, port)


def test_what_is_allowed_besides_must_be_an_address_and_a_port() -> None:
    with pytest.raises(ValueError, match="localhost"):
        _Guard([("localhost", 80)])


async def test_whoever_is_handed_the_dialer_is_refused_alike_even_when_following_redirects() -> None:
    async with raw_server({"/": response(b"secret")}) as inside, raw_server() as served:
        served.answers["/"] = response(b"", "302 Found", Location=inside.url())
        async with (
            open_dialer([served.place]) as dialer,
            aiohttp.ClientSession(connector=dialer, connector_owner=False) as session,
        ):
            with pytest.raises(ForbiddenAddress):
                await session.get(served.url())
            with pytest.raises(ForbiddenAddress):
                await session.post(inside.url(), data=b"x")

    assert inside.connections == 0


async def test_a_name_that_does_not_exist_is_told_as_such() -> None:
    class Nowhere(Answers):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            raise OSError(None, "no such name")

    for resolver in (Nowhere(()), Answers(())):
        async with open_fetcher(FetchLimits(), user_agent="tests", resolver=resolver) as fetcher:
            outcome = await fetcher.fetch("http://news.example/")
        assert fault(outcome) is FetchFault.DNS


async def test_names_resolve_in_threads_of_their_own() -> None:
    resolver = _ThreadedResolver()
    try:
        found = await resolver.resolve("127.0.0.1", 80, socket.AF_UNSPEC)
        assert [(one["host"], one["port"], one["family"]) for one in found] == [
            ("127.0.0.1", 80, socket.AF_INET)
        ]
        with pytest.raises(OSError, match="not a name"):
            await resolver.resolve("a" * 64 + ".example", 80)
    finally:
        await resolver.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path


async def test_attack_27_a_server_whose_certificate_nobody_vouches_for_is_refused(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    async with (
        raw_server({"/": response(b"x")}, tls=tls) as served,
        open_fetcher(FetchLimits(), allow=[served.place], user_agent="tests") as fetcher,
    ):
        outcome = await fetcher.fetch(served.url())

    assert fault(outcome) is FetchFault.TLS
    assert served.asked == []


async def test_attack_27_a_redirect_from_https_to_http_is_refused(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with raw_server({"/": response(b"x")}) as plain, raw_server(tls=tls) as served:
        served.answers["/"] = response(b"", "302 Found", Location=plain.url())
        async with open_fetcher(
            FetchLimits(), allow=[served.place, plain.place], user_agent="tests"
        ) as fetcher:
            monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)
            outcome = await fetcher.fetch(served.url())

    assert fault(outcome) is FetchFault.BAD_URL
    assert plain.connections == 0


async def test_something_that_speaks_no_tls_is_told_as_such() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    place = server.sockets[0].getsockname()
    async with server, open_fetcher(FetchLimits(), allow=[place], user_agent="tests") as fetcher:
        outcome = await fetcher.fetch(f"https://127.0.0.1:{place[1]}/")

    assert fault(outcome) is FetchFault.TLS
