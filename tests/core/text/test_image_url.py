"""Image URLs are taken apart without a byte being changed."""

from __future__ import annotations

import pytest

from dreamina_desktop.core.text.urls import expires_at, parse_image_url, redirected

SIGNED = (
    "https://p16-dreamina.ibyteimg.example.com/tos-us/a%2Fb~tplv.jpeg?lk3s=43&x-expires=1772500000"
    "&x-signature=aB%2Bc%2fD%3D&y='q'\"&z=../..//"
)


def test_the_target_is_the_url_byte_for_byte() -> None:
    url = parse_image_url(SIGNED, allow_http=False)
    assert url.host == "p16-dreamina.ibyteimg.example.com"
    assert (url.scheme, url.port) == ("https", 443)
    assert url.target.decode() == SIGNED.removeprefix("https://p16-dreamina.ibyteimg.example.com")


@pytest.mark.parametrize(
    ("text", "host", "port", "target", "authority"),
    [
        ("https://h.example", "h.example", 443, b"/", "h.example"),
        ("https://h.example?a=1", "h.example", 443, b"/?a=1", "h.example"),
        ("https://h.example/a#fragment?x", "h.example", 443, b"/a", "h.example"),
        ("https://h.example#f", "h.example", 443, b"/", "h.example"),
        ("HTTPS://H.Example:8443/A", "h.example", 8443, b"/A", "h.example:8443"),
        ("https://h.example:443/a", "h.example", 443, b"/a", "h.example"),
        ("https://h.example:/a", "h.example", 443, b"/a", "h.example"),
        ("https://[2001:DB8::1]:8/a", "2001:db8::1", 8, b"/a", "[2001:db8::1]:8"),
        (
            "https://h.example/a/../b/./%2e%2e//c",
            "h.example",
            443,
            b"/a/../b/./%2e%2e//c",
            "h.example",
        ),
        ("https://h.example/a|b^c`{}<>", "h.example", 443, b"/a|b^c`{}<>", "h.example"),
    ],
)
def test_the_parts_of_a_url(text: str, host: str, port: int, target: bytes, authority: str) -> None:
    url = parse_image_url(text, allow_http=False)
    assert (url.host, url.port, url.target, url.authority) == (host, port, target, authority)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http://h.example/a", "not https"),
        ("ftp://h.example/a", "not https"),
        ("file:///etc/passwd", "not https"),
        ("javascript:alert(1)", "not https"),
        ("data:image/png;base64,AA", "not https"),
        ("//h.example/a", "without a scheme"),
        ("h.example/a", "without a scheme"),
        ("https://user@h.example/a", "name or a password"),
        ("https://user:pass@h.example/a", "name or a password"),
        ("https://@h.example/a", "name or a password"),
        ("https://127.0.0.1:80\\@h.example/a", "name or a password"),
        ("https:///a", "no host"),
        ("https://:443/a", "no host"),
        ("https:h.example/a", "no host"),
        ("https:/h.example/a", "no host"),
        ("https://h.example\\evil/a", "no host"),
        ("https://h%2eexample/a", "no host"),
        ("https://[::1%25eth0]/a", "no host"),
        ("https://h.example:99999/a", "not a URL"),
        ("https://h.example:8a/a", "not a URL"),
        ("https://[::1/a", "not a URL"),
        ("https://h.example/\x7fa", "control"),
        ("https://h.example/a\0b", "control"),
        ("https://h.exa mple/a", "no host"),
        ("https://h\u2100.example/", "not a URL"),
        ("https://h.example/" + "a" * 20_000, "too long"),
    ],
)
def test_what_must_not_be_asked_for_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_image_url(text, allow_http=False)


@pytest.mark.parametrize(
    ("text", "host", "target"),
    [
        ("  https://h.example/a?b=%2F&c=+ \n", "h.example", b"/a?b=%2F&c=+"),
        ("\ufeffhttps://h.example/a\u200b", "h.example", b"/a"),
        ("https://h.example/a b?c d", "h.example", b"/a%20b?c%20d"),
        ("https://h.example/\u00e9?\u7ea2=%e7", "h.example", b"/%C3%A9?%E7%BA%A2=%e7"),
        ("https://h.example/a\u00a0b", "h.example", b"/a%C2%A0b"),
        ("https://h.exa\tmple/a\r\nb", "h.example", b"/ab"),
        ("https://b\u00fccher.example/a", "xn--bcher-kva.example", b"/a"),
        ("https://h.example/a\udc80", "h.example", b"/a?"),
    ],
)
def test_what_is_no_character_of_a_url_is_read_as_browsers_read_it(
    text: str, host: str, target: bytes
) -> None:
    url = parse_image_url(text, allow_http=False)
    assert (url.host, url.target) == (host, target)


def test_http_is_for_those_who_allow_it() -> None:
    url = parse_image_url("http://127.0.0.1:8080/a?b", allow_http=True)
    assert (url.scheme, url.host, url.port, url.target) == ("http", "127.0.0.1", 8080, b"/a?b")
    with pytest.raises(ValueError, match="not https but ftp"):
        parse_image_url("ftp://127.0.0.1/a", allow_http=True)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://other.example/x?y=%2F#z", "https://other.example/x?y=%2F#z"),
        ("ftp://other.example/", "ftp://other.example/"),
        ("//other.example/x", "https://other.example/x"),
        ("/x/../y?z=%2f", "https://h.example:8443/x/../y?z=%2f"),
        ("y?z=1", "https://h.example:8443/a/y?z=1"),
        ("?z=1", "https://h.example:8443/a/b?z=1"),
        (" /x y\n", "https://h.example:8443/x y"),
    ],
)
def test_where_a_redirect_leads(location: str, expected: str) -> None:
    url = parse_image_url("https://h.example:8443/a/b?c", allow_http=False)
    assert redirected(url, location) == expected


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        (SIGNED, 1_772_500_000.0),
        ("https://h.example/a?X-Expires=5", 5.0),
        ("https://h.example/a?x%2Dexpires=%35", 5.0),
        ("https://h.example/a?x-expires=soon&x-expires=7", 7.0),
        ("https://h.example/a?x-expires=", None),
        ("https://h.example/a?x-expires=-5", None),
        ("https://h.example/a?x-expires=1e9", None),
        ("https://h.example/a?x-expires=" + "9" * 400, None),
        ("https://h.example/a?y=x-expires=5", None),
        ("https://h.example/a?my-x-expires=5", None),
        ("https://h.example/x-expires=5", None),
        ("https://h.example/a#?x-expires=5", None),
        ("no url at all", None),
        ("", None),
    ],
)
def test_when_a_link_dies(url: str, seconds: float | None) -> None:
    assert expires_at(url) == seconds
