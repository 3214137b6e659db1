"""Addresses that lead to one page are equal, and others are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.dedupe import normal_url
from syndicate.news import HostError


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        pytest.param("https://example.com/", "https://example.com/", id="as it is"),
        pytest.param("HTTP://Example.COM", "https://example.com/", id="scheme and host in any case, no path"),
        pytest.param("http://example.com:80/a", "https://example.com/a", id="the default port of http"),
        pytest.param("https://example.com:443/a", "https://example.com/a", id="that of https"),
        pytest.param("https://example.com:/a", "https://example.com/a", id="an empty port"),
        pytest.param("https://example.com:8443/a", "https://example.com:8443/a", id="another port stays"),
        pytest.param(
            "http://example.com:443/a", "https://example.com/a", id="https's port under the other scheme"
        ),
        pytest.param("https://example.com./a", "https://example.com/a", id="a last dot"),
        pytest.param("https://việt.example/", "https://xn--vit-5kz.example/", id="A-labels"),
        pytest.param("https://example.com/a/./b/../c", "https://example.com/a/c", id="dot segments"),
        pytest.param(
            "https://example.com/../../a/..", "https://example.com/", id="above the root is the root"
        ),
        pytest.param("https://example.com/a/.", "https://example.com/a/", id="the folder itself"),
        pytest.param("https://example.com/%7ea%2fb%c3%a9", "https://example.com/~a%2Fb%C3%A9", id="escapes"),
        pytest.param("https://example.com/é b", "https://example.com/%C3%A9%20b", id="what must be escaped"),
        pytest.param(
            "https://example.com/100%", "https://example.com/100%25", id="a sign that escapes nothing"
        ),
        pytest.param("https://example.com/a#part", "https://example.com/a", id="a fragment"),
        pytest.param(
            "https://example.com/?utm_source=x&id=7&fbclid=y", "https://example.com/?id=7", id="trackers"
        ),
        pytest.param(
            "https://example.com/?UTM_Source=x", "https://example.com/", id="trackers alone, in capitals"
        ),
        pytest.param("https://example.com/?b=1&a=2&&", "https://example.com/?b=1&a=2", id="the order stays"),
        pytest.param("  https://example.com/a\n", "https://example.com/a", id="blanks around it"),
    ],
)
def test_an_address_in_its_one_form(url: str, normal: str) -> None:
    assert normal_url(url) == normal
    assert normal_url(normal) == normal


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("example.com/a", id="no scheme"),
        pytest.param("ftp://example.com/", id="another scheme"),
        pytest.param("https://example.com@evil.example/", id="a user that looks like a host"),
        pytest.param("https:///a", id="no host"),
        pytest.param("https://[::1]/", id="an address in brackets"),
        pytest.param("https://127.0.0.1/", id="an address for a name"),
        pytest.param("https://example.com:port/", id="a port that is none"),
        pytest.param("https://example.com:99999/", id="a port that is too high"),
        pytest.param("https://example.com/" + "a" * 2_000, id="too long"),
        pytest.param("https://a b.example/", id="a blank in the host"),
    ],
)
def test_what_is_no_plain_address_has_no_such_form(url: str) -> None:
    with pytest.raises(HostError):
        normal_url(url)


@given(st.text(max_size=40))
def test_the_one_form_of_any_path_is_its_own(path: str) -> None:
    once = normal_url(f"https://example.com/{path}")
    assert normal_url(once) == once
    assert once.isascii()
