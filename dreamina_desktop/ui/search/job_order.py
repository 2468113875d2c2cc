"""How the ways to order and to narrow the list are called."""

from __future__ import annotations

from dreamina_desktop.core.search.results import JobFilter, JobOrder

ORDERS: dict[JobOrder, str] = {
    JobOrder.NEWEST: "Newest first",
    JobOrder.OLDEST: "Oldest first",
    JobOrder.STATUS: "By status",
    JobOrder.PROMPT: "By prompt",
    JobOrder.LABEL: "By label",
    JobOrder.MODEL: "By model",
    JobOrder.RESOLUTION: "By resolution",
    JobOrder.ACCOUNT: "By account",
    JobOrder.CREATED: "Latest made first",
    JobOrder.DURATION: "Longest first",
    JobOrder.IMAGES: "Most images first",
}

ALL = "All"
EXPIRING = "Expiring"  # a filter too; what it holds changes with time (services.tracking.deadlines)

FILTERS: dict[str, JobFilter] = {
    ALL: JobFilter.ALL,
    "Running": JobFilter.RUNNING,
    "Completed": JobFilter.COMPLETED,
    "Failed": JobFilter.FAILED,
    "Not found": JobFilter.NOT_FOUND,
}
