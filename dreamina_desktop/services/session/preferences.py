"""The user's settings and the window's state, kept between runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from dreamina_desktop.core.errors import RESCUED_NUMBERS, DatabaseError
from dreamina_desktop.core.text.redaction import without_tokens_in
from dreamina_desktop.services.listeners import Listeners
from dreamina_desktop.services.ports import SettingsStore
from dreamina_desktop.services.session.supervisor import Supervisor

MIN_POLL_INTERVAL_S = 5.0
MAX_POLL_INTERVAL_S = 300.0
DEFAULT_POLL_INTERVAL_S = 10.0
AGAIN_AFTER_S = 30.0


class Preferences:
    """Typed settings over a store of JSON values. Reading is immediate, writing is queued."""

    def __init__(self, store: SettingsStore, supervisor: Supervisor) -> None:
        self._store = store
        self._supervisor = supervisor
        self._values: dict[str, Any] = {}
        self._unsaved: dict[str, None] = {}
        self._writing = asyncio.Lock()
        self._waits = False  # to write again what the disk refused
        self._listeners = Listeners[[str]]()

    async def load(self) -> None:
        self._values = await self._store.load_settings()

    def subscribe(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the name of each setting that changed."""
        self._listeners.add(listener)

    @property
    def poll_interval_s(self) -> float:
        value = self._values.get("poll_interval_s")
        if not isinstance(value, int | float):
            return DEFAULT_POLL_INTERVAL_S
        return min(max(float(value), MIN_POLL_INTERVAL_S), MAX_POLL_INTERVAL_S)

    @poll_interval_s.setter
    def poll_interval_s(self, value: float) -> None:
        self.set("poll_interval_s", value)

    @property
    def images_folder(self) -> str | None:
        """The folder for images; None: the one in the data folder."""
        value = self._values.get("images_folder")
        return value if isinstance(value, str) and value else None

    @images_folder.setter
    def images_folder(self, value: str | None) -> None:
        self.set("images_folder", value)

    @property
    def folder_markers(self) -> dict[str, str]:
        """By which small file each folder of images is known; "": the one in the data folder."""
        value = self._values.get("folder_markers")
        return dict(value) if isinstance(value, dict) else {}

    @folder_markers.setter
    def folder_markers(self, value: dict[str, str]) -> None:
        self.set("folder_markers", value)

    @property
    def reserve_bytes(self) -> int | None:
        """What stays free on the disk that holds the images; None: the program's own rule."""
        value = self._values.get("reserve_bytes")
        return value if isinstance(value, int) and value > 0 else None

    @reserve_bytes.setter
    def reserve_bytes(self, value: int | None) -> None:
        self.set("reserve_bytes", value)

    @property
    def allows_fake_addresses(self) -> bool:
        """Whether images are fetched from 198.18.0.0/15, which stands for names that a proxy on
        this computer resolves itself."""
        return self._values.get("allows_fake_addresses") is True

    @allows_fake_addresses.setter
    def allows_fake_addresses(self, value: bool) -> None:
        self.set("allows_fake_addresses", value)

    @property
    def thumbnail_bytes(self) -> int | None:
        """How large the file of thumbnails may become; None: the program's own bound."""
        value = self._values.get("thumbnail_bytes")
        return value if isinstance(value, int) and value > 0 else None

    @thumbnail_bytes.setter
    def thumbnail_bytes(self, value: int | None) -> None:
        self.set("thumbnail_bytes", value)

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        value = self._values.get("theme")
        return value if value in ("light", "dark") else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self.set("theme", value)

    @property
    def paused(self) -> bool:
        return self._values.get("paused") is True

    @paused.setter
    def paused(self, value: bool) -> None:
        self.set("paused", value)

    @property
    def background(self) -> bool | None:
        """Whether closing the window leaves the program at work; None while the user has not
        said so."""
        value = self._values.get("background")
        return value if isinstance(value, bool) else None

    @background.setter
    def background(self, value: bool) -> None:
        self.set("background", value)

    @property
    def moves_on(self) -> bool:
        """Whether the viewer shows the next image when one was judged."""
        return self._values.get("moves_on") is not False

    @moves_on.setter
    def moves_on(self, value: bool) -> None:
        self.set("moves_on", value)

    @property
    def rescued_numbers(self) -> int:
        """The highest job number that was given before the library had to be rescued; 0: never."""
        value = self._values.get(RESCUED_NUMBERS)
        return value if isinstance(value, int) else 0

    @property
    def account_names(self) -> dict[str, str]:
        """The names that the user gave, by account (`US:user@example.com`)."""
        value = self._values.get("account_names")
        return dict(value) if isinstance(value, dict) else {}

    @account_names.setter
    def account_names(self, value: dict[str, str]) -> None:
        self.set("account_names", value)

    def get(self, name: str, default: Any = None) -> Any:
        """A value of the window's state (JSON)."""
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Keep a JSON value, but no token in it; the write goes on in the background."""
        value = without_tokens_in(value)
        if name in self._values and self._values[name] == value:
            return
        self._values[name] = value
        self._unsaved[name] = None
        self._supervisor.spawn(self._save_soon(), f"save setting {name}")
        self._listeners.tell(name)

    async def _save_soon(self) -> None:
        """What the disk refuses now is tried again by itself, by one task for all; and at the end
        of the run, which says so when that fails too."""
        while not await self._is_saved() and not self._waits:
            self._waits = True
            try:
                await asyncio.sleep(AGAIN_AFTER_S)
            finally:
                self._waits = False

    async def _is_saved(self) -> bool:
        try:
            await self.flush()
        except DatabaseError:
            return False
        return True

    async def flush(self) -> None:
        """Write what is not written yet; for the end of a run. Raises DatabaseError."""
        async with self._writing:
            while self._unsaved:
                name = next(iter(self._unsaved))
                del self._unsaved[name]
                try:
                    await self._store.save_setting(name, self._values[name])
                except BaseException:
                    self._unsaved.setdefault(name)
                    raise
