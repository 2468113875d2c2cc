from __future__ import annotations

from dataclasses import replace

from dreamina_desktop.core.text.diagnostics_report import Facts, diagnostics_report

LINK = "https://p16.example.com/tos-1.jpeg?x-expires=17&x-signature=s3cret%3D"
FACTS = Facts(
    versions={"Python": "3.11.7", "Qt": "6.11.0"},
    settings={"folder for images": "/users/ann/Pictures", "theme": "dark"},
    counts={"images saved": 1234},
    connection={"state": "down", "reason": "The API answered 503."},
    log_lines=["one", f"cannot fetch {LINK}", "Bearer user:1-s3cret of US:ann@example.com", "last"],
)


def test_it_reads_as_a_person_would_write_it() -> None:
    assert diagnostics_report(FACTS, ["/users/ann"]) == (
        "Dreamina Desktop, diagnostics\n"
        "\n"
        "Versions\n"
        "  Python: 3.11.7\n"
        "  Qt: 6.11.0\n"
        "\n"
        "Settings\n"
        "  folder for images: ~/Pictures\n"
        "  theme: dark\n"
        "\n"
        "Counts\n"
        "  images saved: 1,234\n"
        "\n"
        "Connection\n"
        "  state: down\n"
        "  reason: The API answered 503.\n"
        "\n"
        "Log, the last 200 lines\n"
        "one\n"
        "cannot fetch https://p16.example.com/…\n"
        "Bearer [token] of US:[address]\n"
        "last\n"
    )


def test_every_part_is_redacted() -> None:
    secrets = f"user:1-s3cret ann@example.com {LINK} /users/ann"
    dirty = Facts(
        versions={"Python": secrets},
        settings={"theme": secrets},
        counts={secrets: 1},
        connection={"reason": secrets},
        log_lines=[secrets],
    )
    report = diagnostics_report(dirty, ["/users/ann"])
    for secret in ("s3cret", "ann", "tos-1", "x-expires"):
        assert secret not in report


def test_only_the_end_of_the_log_is_in_it() -> None:
    long = replace(FACTS, log_lines=[f"line {number}" for number in range(500)])
    report = diagnostics_report(long, [])
    assert "line 299\n" not in report
    assert report.count("line ") == 200
