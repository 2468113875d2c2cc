"""Pause and go on, from wherever it is asked for; a pause says what it costs."""

from __future__ import annotations

from dreamina_desktop.services.session.messages import Remedy
from dreamina_desktop.ui.services import Services
from dreamina_desktop.ui.window.expiring_words import paused_words


class Pausing:
    """Checking and saving together; kept for the next start."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def toggle(self) -> None:
        if self._services.poller.paused:
            self.resume()
        else:
            self.pause()

    def pause(self) -> None:
        services = self._services
        unfinished = services.background.unfinished()
        services.poller.pause()
        services.downloader.pause()
        services.preferences.paused = True
        services.deadlines.stop_waiting()
        words = paused_words(services.deadlines.status, unfinished, services.server_clock.time())
        services.messages.say(words, Remedy.RESUME if unfinished else None)

    def resume(self) -> None:
        self._services.poller.resume()
        self._services.downloader.resume()
        self._services.preferences.paused = False
        self._services.messages.say("Checking and saving go on.")
