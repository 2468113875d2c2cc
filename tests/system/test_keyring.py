"""A keyring may fail, lie, or never answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from dreamina_desktop.core.errors import KeyringError
from dreamina_desktop.system.keyring import KeyringStore

ORIGIN = "https://api.example.com:443"


class Memory(KeyringBackend):
    """A keyring that works."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Forgetful(Memory):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Broken(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("secret words of the backend")


class Blocked(Memory):
    """Waits for a prompt that nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait()
        return "too late"


@pytest.fixture(autouse=True)
def keyring_as_before() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


async def test_a_token_is_kept_by_origin_and_no_probe_stays() -> None:
    backend = Memory()
    keyring.set_keyring(backend)
    store = KeyringStore()
    await store.set(ORIGIN, "user:1-x")
    assert await store.get(ORIGIN) == "user:1-x"
    assert await store.get("https://other.example.com:443") is None
    assert list(backend.kept) == [("dreamina-desktop", ORIGIN)]
    await store.delete(ORIGIN)
    await store.delete(ORIGIN)
    assert backend.kept == {}


async def test_a_keyring_that_forgets_is_found_out_before_it_is_trusted() -> None:
    keyring.set_keyring(Forgetful())
    with pytest.raises(KeyringError):
        await KeyringStore().set(ORIGIN, "user:1-x")


async def test_a_failure_is_a_sentence_without_the_backends_words() -> None:
    keyring.set_keyring(Broken())
    with pytest.raises(KeyringError) as raised:
        await KeyringStore().get(ORIGIN)
    assert "secret words" not in str(raised.value)


async def test_a_blocked_prompt_does_not_block_us() -> None:
    backend = Blocked()
    keyring.set_keyring(backend)
    with pytest.raises(KeyringError, match="does not answer"):
        await KeyringStore(time_limit_s=0.05).get(ORIGIN)
    backend.answered.set()
