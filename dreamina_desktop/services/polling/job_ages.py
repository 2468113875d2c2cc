"""For how long a job has been tracked, whatever is done to this machine's clock meanwhile."""

from __future__ import annotations

from dreamina_desktop.core.jobs.job import Job
from dreamina_desktop.services.ports import Clock
from dreamina_desktop.services.traffic.server_clock import ServerClock


class JobAges:
    """`tracked_at` is of the wall clock, which may jump: it is read once a job and run."""

    def __init__(self, clock: Clock, server: ServerClock) -> None:
        self._clock = clock
        self._server = server
        self._tracked_at: dict[int, float] = {}  # in the clock's monotonic seconds

    def note(self, job: Job) -> None:
        """A job that polls is seen; only the first time counts."""
        if job.number not in self._tracked_at:
            age_s = max(0.0, self._clock.time() - job.tracked_at)
            self._tracked_at[job.number] = self._clock.monotonic() - age_s

    def forget(self, number: int) -> None:
        """A job does not poll any more."""
        self._tracked_at.pop(number, None)

    def age_s(self, job: Job) -> float:
        """Seconds. A job is not older here than by the server's own times."""
        self.note(job)
        age_s = self._clock.monotonic() - self._tracked_at[job.number]
        made_s = self._made_s(job)
        return age_s if made_s is None else min(age_s, made_s)

    def runs_for_s(self, job: Job) -> float:
        """Seconds since the server made it, as far as that is known; else since it is tracked."""
        made_s = self._made_s(job)
        return self.age_s(job) if made_s is None else made_s

    def _made_s(self, job: Job) -> float | None:
        created = job.record.created if job.record else None
        now = self._server.known_time()
        if created is None or now is None:
            return None
        return max(0.0, now - created.timestamp())
