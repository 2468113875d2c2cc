"""What may not leave this machine does not, however it is encoded."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamina_desktop.core.text.redaction import redact, without_links

JOBID = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"

Encode = Callable[[str], str]
ENCODINGS: dict[str, Encode] = {
    "plain": lambda text: text,
    "in a URL": lambda text: quote(text, safe=""),
    "in a path": lambda text: quote(text, safe=":@+"),
    "in a URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "every byte in a URL": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "small hexadecimals": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "in JSON": json.dumps,
    "in JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "every character in JSON": lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
    "as Python shows it": repr,
}
encodings = pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())


def readable(text: str) -> str:
    """The text with every way of reading it added."""
    layers = [text]
    for _ in range(4):
        layers.append(unquote(layers[-1]))
    json_read = layers[-1].replace("\\u00", "%")
    return "\n".join((*layers, json_read, unquote(json_read)))


@encodings
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("user:123-s3cret!", "s3cret"),
        ("user:123-a/b+c=s3cret", "s3cret"),
        ("user:123-abc&s3cret", "s3cret"),
        ("Bearer user:123-AbC/d+e=", "AbC"),
        ("Bearer opaque-s3cret", "s3cret"),
        (JOBID, "user@example.com"),
        (JOBID, "example.com"),
        ("US:first.last+tag@mail.example.co.uk-image:w1:h1:s1-uri:x", "first.last"),
        ("someone@localhost", "someone"),
        ("josé@example.com", "jos"),
        ("https://host/a.jpg?x-expires=17&x-signature=s3cret%3D", "s3cret"),
        ("https://host/a.jpg?X-Amz-Signature=s3cret&X-Amz-Credential=AKs3cret%2F1", "s3cret"),
        ("https://host/a.jpg?a=1&sig=s3cret", "s3cret"),
        ("https://host/a.jpg?access_token=s3cret%26s3cret", "s3cret"),
        ("http://name:s3cret@proxy.example.com:8080", "s3cret"),
    ],
)
def test_secrets_are_taken_out(encode: Encode, text: str, secret: str) -> None:
    for around in ("{}", "before {} after", 'key="{}"', "https://x/?to={}", "a: {}, b"):
        assert secret not in readable(redact(around.format(encode(text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer user:123-AbC/d+e=", "Authorization: Bearer [token]"),
        ("{'authorization': 'Bearer abc.def'}", "{'authorization': 'Bearer [token]'}"),
        ("token user:123-s3cret, twice", "token [token], twice"),
        (f"job {JOBID} failed", "job j0302140530123456789i-u12345-US:[address]:dreamina failed"),
        (
            "https://host/a.jpg?x-expires=17&x-signature=ab%3D HTTP/1.1",
            "https://host/a.jpg?x-expires=17&x-signature=[signature] HTTP/1.1",
        ),
        ("x-signature: abc", "x-signature: [signature]"),
        ("USEAPI_TOKEN=opaque and more", "USEAPI_TOKEN=[token] and more"),
        ("http://name:word@proxy:8080/x", "http://[credentials]:8080/x"),
    ],
)
def test_the_rest_of_a_line_stays_readable(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "poller: 3 jobs, next in 4.2 s",
        "100 % of 20 images, 50%25 of 10",
        '  File "<frozen runpy>", line 88, in _run_code\n    @property\n',
        "https://api.useapi.net/v1/dreamina",
        "The user: 3 jobs",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_what_was_redacted_stays_as_it_is() -> None:
    once = redact(f"Bearer user:1-x for {JOBID} at https://h/?x-signature=1")
    assert redact(once) == once


# -- the home folder ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "text", "expected"),
    [
        ("/users/ann", 'File "/users/ann/x/y.py"', 'File "~/x/y.py"'),
        ("/users/ann", "in /users/ann.", "in ~."),
        ("/users/ann", "/users/ann", "~"),
        ("/users/ann", "/users/anna/x /users/ann-2 /users/ann.old", None),
        ("/users/ann", "/mnt/users/ann/x", None),
        ("/users/ann", "file:///users/ann/x", "file://~/x"),
        ("/users/ann", "path=%2Fusers%2Fann%2Fx", "path=~"),
        ("/owner", "/owner/x", "~/x"),
        ("/users/ann b", "'/users/ann b/x'", "'~/x'"),
        (r"C:\Users\Ann", r"at C:\Users\Ann\x and c:/users/ann/y", r"at ~\x and ~/y"),
        (r"C:\Users\Ann", r"'C:\\Users\\Ann\\x'", r"'~\\x'"),
        ("/", "/usr/lib", None),
        ("", "/usr/lib", None),
        ("C:\\", r"C:\Windows", None),
    ],
)
def test_the_home_folder_is_a_tilde(home: str, text: str, expected: str | None) -> None:
    assert redact(text, [home]) == (text if expected is None else expected)


def test_each_name_of_the_home_folder_counts() -> None:
    assert redact("/users/ann/a /data/homes/ann/b", ["/users/ann", "/data/homes/ann"]) == "~/a ~/b"


# -- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET https://p16.example.com/a/b.jpeg?x=1 failed", "GET https://p16.example.com/… failed"),
        ("https://api.example.com and https://h/", "https://api.example.com and https://h/"),
        ("to=https%3A%2F%2Fh.example.com%2Fa%2Fb&x=1", "to=https%3A%2F%2Fh.example.com/…"),
    ],
)
def test_links_end_behind_their_host(text: str, expected: str) -> None:
    assert without_links(text) == expected


# -- whatever comes ----------------------------------------------------------------------------

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789/+=._-&?,;:% \n\"'\\{}", max_size=40)
SECRETS = st.sampled_from(["user:77-cAnArY", "cAnArY@example.com", "?x-signature=cAnArY"])


@given(WORDS, SECRETS, st.lists(st.sampled_from(list(ENCODINGS)), max_size=2), WORDS)
def test_no_canary_is_left_whatever_is_around_it(
    before: str, secret: str, encodings: list[str], after: str
) -> None:
    for name in encodings:
        secret = ENCODINGS[name](secret)
    assert "cAnArY" not in readable(redact(f"{before} {secret} {after}"))


@given(st.text(max_size=300))
def test_any_text_comes_back(text: str) -> None:
    assert isinstance(redact(text, ["/users/ann"]), str)


def test_a_long_line_takes_no_longer_than_its_length_demands() -> None:
    """A million characters without an end: quadratic work would take hours."""
    for piece in ("a", "%41", "user:1", "?sig", "a@"):
        assert isinstance(redact(piece * (400_000 // len(piece))), str)
