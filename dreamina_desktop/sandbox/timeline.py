"""When a job ends and when it is forgotten. Times in Unix seconds; the clock is a parameter."""

from __future__ import annotations

from dataclasses import dataclass

from dreamina_desktop.sandbox.sample import DAY_S, Fault, SampleJob

TIME_OUT_S = 3600.0  # a job still created after an hour fails with 408 (docs/api.md)
KEPT_S = 30 * DAY_S
TIMED_OUT = Fault(408, "Generation timed out")


@dataclass(frozen=True, slots=True)
class Timeline:
    """Up to `start` time passes as usual; from then on jobs run `speed` times as fast."""

    start: float
    speed: float = 1.0

    def end(self, job: SampleJob) -> float:
        """When the job completes or fails, in real time."""
        ends = job.created + min(job.takes_s, TIME_OUT_S)
        return ends if ends <= self.start else self.start + (ends - self.start) / self.speed

    def fault(self, job: SampleJob) -> Fault | None:
        """How the job fails in the end; None when it completes."""
        return TIMED_OUT if job.takes_s > TIME_OUT_S else job.fault

    def is_over(self, job: SampleJob, now: float) -> bool:
        return now >= self.end(job)

    def is_forgotten(self, job: SampleJob, now: float) -> bool:
        """Older than 30 days: real ones, whatever the speed."""
        return now - job.created > KEPT_S
