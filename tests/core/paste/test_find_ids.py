"""Finding job IDs, records and tokens in any text."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dreamina_desktop.core.paste.find_ids import Finds, find, is_possible

ONE = "j0302140530123456789i-u12345-US:user@example.com-bot:dreamina"
TWO = "j0303090000000123456I-u12345-CA:First.Last+Tag@Example.com-bot:dreamina"
THREE = "j1224235959999000001i-u7-US:o'brien@example.com-bot:dreamina"
VIDEO = "j0302140530123456789v-u12345-US:user@example.com-bot:dreamina"
HIDDEN = "j0302140530123456789i-u12345-US:[email\u00a0protected]:dreamina"
ASSET_REF = "US:user@example.com-image:w2560:h1440:s812345-uri:tos-useast5-i-abc/0123abcd"

FORMS = st.builds(
    "j{:02}{:02}{:06}{:09}{}-u{}-{}:{}@example.com-bot:dreamina".format,
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 235959),
    st.integers(0, 10**9 - 1),
    st.sampled_from("iI"),
    st.integers(1, 10**9),
    st.sampled_from(["US", "CA"]),
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._+'-]{0,20}[A-Za-z0-9])?", fullmatch=True).filter(
        lambda name: "..." not in name
    ),
)
UNKNOWN_FORMS = st.from_regex(
    r"j[A-Za-z_.~!$*+-][A-Za-z0-9_~!$*+é-]{0,40}[0-9][A-Za-z0-9_~!$*+é-]{0,20}:dreamina",
    fullmatch=True,
)
IDS = FORMS | UNKNOWN_FORMS
WRAPPERS = st.sampled_from(
    [
        ("", ""),
        ('"', '"'),
        ("'", "'"),
        ("“", "”"),
        ("(", ")"),
        ("[", "],"),
        ("{", "}"),
        ("<", ">"),
        ("`", "`"),
        ("**", "**"),
        ("\t", "\t"),
        ("\ufeff", "\ufeff"),
        ("\u200b\u2066", "\u2069\u200d"),
        ("\r\n", "\r\n"),
        ("\u2028", "\u2028"),
        ("\x0b", "\x0b"),
        ("", "_x000D_"),
        ("%22", "%22"),
        ('{\\"jobid\\": \\"', '\\", \\"status\\": \\"created'),
        ('{"jobid":"', '","status":"comp'),
        ("jobid: ", ";"),
        ("jobid=", "&x=1"),
        ("https://api.useapi.net/v1/dreamina/images/", "?x=1"),
        ("https://api.useapi.net/v1/dreamina/images/", "/#top"),
        ("curl -X GET 'https://api.useapi.net/v1/dreamina/images/", "' \\\n  -H 'Accept: */*'"),
        ("2026-03-02T14:05:30.123Z INFO [poll] ", ": created"),
        ("見て、", "。"),
    ]
)


def record(jobid: str = ONE, **fields: Any) -> dict[str, Any]:
    """A completed record as the API sends it."""
    return {
        "jobid": jobid,
        "type": "upscale",
        "status": "completed",
        "model": "seedream-4.6",
        "created": "2026-03-02T14:05:30.123Z",
        "updated": "2026-03-02T14:06:10.456Z",
        "request": {"jobid": TWO, "imageIndex": 1, "prompt": 'a "quiet" lake\n👩‍🚀 100 %, {open'},
        "response": {"images": [{"imageUrl": "https://a.example/x?b=c%2Fd%3D&x-signature=%2B"}]},
        "code": 200,
        **fields,
    }


@given(IDS, WRAPPERS)
def test_an_id_survives_its_surroundings(jobid: str, wrapper: tuple[str, str]) -> None:
    before, after = wrapper
    assert find(f"{before}{jobid}{after}").jobids == (jobid,)


@given(IDS, st.integers(0, 1))
def test_an_id_survives_percent_encoding_once_and_twice(jobid: str, more: int) -> None:
    encoded = quote(jobid, safe="")
    if more:
        encoded = quote(encoded, safe="")
    assert find(f"GET /v1/dreamina/images/{encoded}?x=1 HTTP/1.1").jobids == (jobid,)


@given(IDS)
def test_an_id_survives_the_escapes_of_json(jobid: str) -> None:
    escaped = "".join(f"\\u{ord(c):04x}" if c in ":@é" else c for c in jobid)
    assert find(f'{{"id":"{escaped}"}}').jobids == (jobid,)
    assert find(json.dumps(json.dumps([jobid]))).jobids == (jobid,)


@given(FORMS, st.integers(1, 40), st.sampled_from("\u200b\ufeff\u00ad\u2060\u200e"))
def test_invisible_characters_within_an_id_are_dropped(jobid: str, at: int, unseen: str) -> None:
    assert find(jobid[:at] + unseen + jobid[at:]).jobids == (jobid,)


@given(
    st.lists(FORMS, min_size=2, max_size=6, unique=True),
    st.sampled_from([",", ";", "|", "\t", "\n", "\r\n", " ", ", ", '","', "','", "", "%0A", "%2C"]),
)
def test_ids_glued_together_are_told_apart_and_keep_their_order(ids: list[str], glue: str) -> None:
    assert find(glue.join(ids)).jobids == tuple(ids)


@given(st.text(max_size=300))
@example("\ud800j0302140530\udfff:dreamina")
@example("%ED%A0%80:dreamina")
@example('{"jobid":"\\ud800:dreamina","status":"created"}')
def test_find_never_raises_and_finds_only_what_is_possible(text: str) -> None:
    check(find(text))


@given(
    st.lists(
        st.sampled_from(
            [
                ONE,
                TWO,
                VIDEO,
                HIDDEN,
                ASSET_REF,
                ONE[:-9],
                "user:12-abc",
                "Bearer ",
                "…",
                "...",
                "%",
                '"',
                "\\",
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                '"jobid"',
                '"status"',
                '"x"',
                "22",
                "\n",
                " ",
                json.dumps(record()),
                quote(json.dumps(record())),
                ":dreamina",
                "-bot:",
                "j03021405",
            ]
        ),
        max_size=14,
    ).map("".join)
)
@settings(max_examples=300)
def test_find_never_raises_on_broken_pieces_of_what_it_knows(text: str) -> None:
    check(find(text))


def check(finds: Finds) -> None:
    """What holds for whatever was found."""
    words = (*finds.jobids, *finds.videos)
    assert all(map(is_possible, words))
    assert len(set(words)) == len(words)
    assert set(finds.records) <= set(finds.jobids)
    for jobid, raw in finds.records.items():
        assert json.loads(raw)["jobid"] == jobid
    for one in finds.rejected:
        assert len(one.text) <= 80
        assert one.text.encode()
        assert one.reason
    assert finds.maybe is None or is_possible(finds.maybe)


def test_an_id_is_found_once_and_case_counts() -> None:
    other = ONE.replace("789i", "789I")
    assert find(f"{ONE} {other} {ONE}").jobids == (ONE, other)


def test_an_unknown_inner_form_is_taken() -> None:
    assert find("jnew~form2:dreamina and j7:dreamina").jobids == (
        "jnew~form2:dreamina",
        "j7:dreamina",
    )
    assert find("j(a),1:dreamina").jobids == ("j(a),1:dreamina",)


def test_a_label_before_an_id_is_not_part_of_it() -> None:
    assert find(f"jobid:{ONE} job:{TWO} id=jabc1:dreamina job_id:jdef2:dreamina").jobids == (
        ONE,
        TWO,
        "jabc1:dreamina",
        "jdef2:dreamina",
    )


def test_an_id_that_was_cut_does_not_spoil_the_next_one() -> None:
    finds = find(f"'{ONE[:38]}','{THREE}'")
    assert finds.jobids == (THREE,)
    assert [one.text for one in finds.rejected] == [ONE[:38]]


def test_plain_and_encoded_ids_in_one_word_are_both_found() -> None:
    assert find(f"{ONE},{quote(TWO)}").jobids == (ONE, TWO)


def test_videos_are_told_from_images_by_their_type_letter() -> None:
    upscaled = VIDEO.replace("v-", "V-")
    finds = find(f"{VIDEO} {ONE} {upscaled}")
    assert finds.jobids == (ONE,)
    assert finds.videos == (VIDEO, upscaled)
    assert finds.maybe is None


def test_a_lone_video_is_offered_too() -> None:
    finds = find(f'"{VIDEO}"')
    assert (finds.jobids, finds.videos, finds.maybe) == ((), (VIDEO,), VIDEO)


@pytest.mark.parametrize("space", [" ", "\u00a0", "%20", "\\u00a0"])
@pytest.mark.parametrize("tail", [":dreamina", "-bot:dreamina"])
def test_an_id_with_a_hidden_address_is_counted_and_nothing_else(space: str, tail: str) -> None:
    hidden = f"j0302140530123456789i-u12345-US:[email{space}protected]{tail}"
    assert find(hidden) == Finds(hidden=1)
    finds = find(f"{hidden},{hidden};{ONE}")
    assert (finds.hidden, finds.jobids, finds.rejected) == (2, (ONE,), ())


@pytest.mark.parametrize("space", ["\n", "\t", "\u00a0", "\u2028", "\u3000"])
def test_an_id_with_a_hidden_address_takes_no_id_before_it_along(space: str) -> None:
    finds = find(f"{ONE}{space}{HIDDEN}{space}{TWO}")
    assert (finds.hidden, finds.jobids) == (1, (ONE, TWO))


def test_a_hidden_address_without_an_id_is_not_counted() -> None:
    assert find("write to [email protected] now") == Finds()
    assert find("US:[email\u00a0protected]:w2560:h1440:s8-uri:tos-a/b") == Finds()


def test_a_record_with_a_hidden_address_is_not_kept() -> None:
    finds = find(json.dumps(record(HIDDEN, request={})))
    assert (finds.jobids, finds.records, finds.hidden) == ((), {}, 1)


def test_references_in_a_text_are_no_ids() -> None:
    assert find(f"assetRef {ASSET_REF} assetId US:user@example.com-asset:7478") == Finds()


@pytest.mark.parametrize(
    "wrap",
    [
        json.dumps,
        lambda whole: json.dumps(whole, ensure_ascii=False, indent=2),
        lambda whole: json.dumps([whole, whole]),
        lambda whole: json.dumps({"event": "done", "body": whole}),
        lambda whole: json.dumps({"jobid": ONE, "status": "done", "data": whole}),
        lambda whole: json.dumps({"body": json.dumps(whole)}),
        lambda whole: json.dumps({"outer": json.dumps({"body": json.dumps(whole)})}),
        lambda whole: f'12:00 24" {{open}} "odd {{ got {json.dumps(whole)} ok',
        lambda whole: f'{{"items": [{json.dumps(whole)}, {{"jobid": "j03',
        lambda whole: f'{{"jobid": "jx", "status": "comp\n{json.dumps(whole)}',
        lambda whole: f'{{"status": "comp {json.dumps(whole)}',
        lambda whole: '"{}"'.format(json.dumps(whole, indent=1).replace('"', '""')),
        lambda whole: f"body={quote(json.dumps(whole), safe='')}&x=1",
        lambda whole: f"body={quote(quote(json.dumps(whole), safe=''), safe='')}",
        lambda whole: json.dumps(whole, indent=2).replace("  ", "\u00a0\u00a0"),
    ],
)
def test_a_record_is_recognised_in_its_wrapping(wrap: Any) -> None:
    finds = find(wrap(record()))
    assert finds.jobids == (ONE,)
    assert json.loads(finds.records[ONE]) == record()
    assert (finds.rejected, finds.maybe) == ((), None)


def test_a_record_is_kept_byte_for_byte() -> None:
    text = json.dumps(record(), indent=3, ensure_ascii=False)
    assert find(f"\ufeff{text}\n").records == {ONE: text.encode()}


def test_records_and_words_keep_the_order_of_the_text() -> None:
    finds = find(f"{THREE} {json.dumps(record(ONE))} {TWO}")
    assert finds.jobids == (THREE, ONE, TWO)
    assert list(finds.records) == [ONE]


def test_other_ids_in_a_record_are_not_tracked() -> None:
    assert find(json.dumps(record(ONE, request={"jobid": TWO, "note": THREE}))).jobids == (ONE,)


def test_the_better_of_two_records_wins() -> None:
    running = record(status="created", response={}, updated="2026-03-02T15:00:00.000Z")
    early = record(updated="2026-03-02T14:06:00.000Z")
    late = record(updated="2026-03-02T14:07:00.000Z")
    for texts in ([running, late, early], [late, running, early], [early, late, running]):
        finds = find("\n".join(map(json.dumps, texts)))
        assert finds.jobids == (ONE,)
        assert json.loads(finds.records[ONE]) == late


@pytest.mark.parametrize(
    "fields", [{"response": None}, {"response": {"images": None}}, {"status": "failed"}]
)
def test_a_final_state_without_its_substance_is_an_id_to_ask_for(fields: dict[str, Any]) -> None:
    finds = find(json.dumps(record(**fields)))
    assert (finds.jobids, finds.records) == ((ONE,), {})


def test_a_failed_and_a_running_record_are_kept() -> None:
    failed = record(ONE, status="failed", error="fail_code: 2038", code=2038)
    running = record(THREE, status="created", response={"forecastCost": 4})
    assert list(find(json.dumps([failed, running])).records) == [ONE, THREE]


def test_records_of_videos_and_of_other_services_are_not_kept() -> None:
    other = "j0302140530123456789i-u12345-US:user@example.com-bot:other"
    finds = find(json.dumps([record(VIDEO), record(other, request={})]))
    assert (finds.jobids, finds.records, finds.videos) == ((), {}, (VIDEO,))
    assert [one.reason for one in finds.rejected] == ["a job of another service (other)"]


@pytest.mark.parametrize("jobid", ["a/b", "..", "", "a b", "x" * 257])
def test_a_record_whose_id_cannot_be_sent_is_none(jobid: str) -> None:
    assert find(json.dumps(record(jobid, request={}))).records == {}


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer user:12345-s3cret",
        'curl -H "Authorization: Bearer user:12345-s3cret" https://example.com',
        '{"Authorization": "Bearer s3cret"}',
        "Authorization%3A%20Bearer%20user%3A12345-s3cret%22%2C%22a",
        "x=user%253A12345-s3cret&y=1",
        '"user\\u003a12345-s3cret"',
        "us\u200ber:12345-s3cret",
        "USER:12345-s3cret",
        "tokenuser:12345-s3cret",
        "export USEAPI_TOKEN=s3cret",
        '$env:USEAPI_TOKEN = "s3cret"',
        '{"USEAPI_TOKEN": "s3cret"}',
        "Bearer s3cret",
        "bearer s3cret-0123456789",
        "%75ser:12345-s3cret",
    ],
)
def test_a_token_is_in_no_field(text: str) -> None:
    for around in (text, f"{text} {ONE}", f"{ONE}\n{text}\n{ONE[:-9]}"):
        finds = find(around)
        assert finds.had_token
        assert "cret" not in repr(finds)
        assert finds.jobids == ((ONE,) if ONE in around else ())


def test_a_token_in_a_record_is_cut_out_of_it() -> None:
    whole = record(request={"replyUrl": "https://example.com/?t=user:12345-s3cret&x=1"})
    finds = find(json.dumps(whole))
    assert json.loads(finds.records[ONE])["request"]["replyUrl"].endswith("t=[token]&x=1")
    assert finds.had_token


@pytest.mark.parametrize(
    "text",
    [
        "a bearer of light, standard bearer 4k",
        'curl -H "Authorization: Bearer $USEAPI_TOKEN"',
        "Authorization: Bearer {API token}",
        "the user: 12 - and more",
    ],
)
def test_what_is_no_token_stays(text: str) -> None:
    assert find(text) == Finds()


@pytest.mark.parametrize("text", ["hello", '"hello"', "  hello\n", "\ufeffhello,", "“hello”"])
def test_a_lone_word_is_offered(text: str) -> None:
    assert find(text) == Finds(maybe="hello")


@pytest.mark.parametrize(
    "text",
    ["", " \n", '""', "two words", "https://example.com/images/abc", '{"a":"b/c"}', "<p>a</p>"],
)
def test_nothing_else_is_offered(text: str) -> None:
    assert find(text) == Finds()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("..", "not a job ID"),
        ("a?b", "no ? in it"),
        ("a#b", "no # in it"),
        ("a/b", "no / in it"),
        ("a%2Fb", "no / in it"),
        ("a%b", "no % in it"),
        ("a%ffb", "broken"),
        ("x" * 10_240, "too long: 10,240 characters"),
        (ASSET_REF, "a reference to an image"),
        (f"{ONE[:30]}…", "cut short"),
        (f"{ONE[:30]}...", "cut short"),
        ("j0302...", "cut short"),
        (ONE.replace("user@", "us…@"), "cut short"),
        (f"j{'a' * 300}:dreamina", "too long: 310 characters"),
        (ONE.replace("user", "us/er"), "no / in it"),
    ],
)
def test_a_lone_word_that_cannot_be_an_id_is_named(text: str, reason: str) -> None:
    finds = find(text)
    assert (finds.jobids, finds.maybe) == ((), None)
    assert [reason in one.reason for one in finds.rejected] == [True]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (ONE[:-9], "its end is missing"),
        (ONE[:-4], "its end is missing"),
        (f"{ONE}2", "its end is missing"),
        (ONE[1:], "its beginning is missing"),
        (ONE.replace("dreamina", "other"), "another service (other)"),
    ],
)
def test_a_word_that_aims_at_being_an_id_is_named(word: str, reason: str) -> None:
    finds = find(f"this one, {word}, is odd; {TWO} is not")
    assert finds.jobids == (TWO,)
    assert [(one.text, reason in one.reason) for one in finds.rejected] == [(word, True)]
    # The form is inferred: alone it may be tried all the same.
    assert find(word).maybe == word


def test_a_cut_id_in_a_url_is_named_without_the_url() -> None:
    finds = find(f"https://api.useapi.net/v1/dreamina/images/{ONE[:40]}?x=1")
    assert [one.text for one in finds.rejected] == [ONE[:40]]


def test_prose_is_ignored() -> None:
    assert find("June, just a/b, 50% of j12 and -bot: or what? #1 jobs: 3...") == Finds()


def test_rejected_words_are_shortened_and_named_once() -> None:
    long = f"j0302140530{'x' * 300}"
    finds = find(f"{long} or {long}")
    assert [one.text for one in finds.rejected] == [f"{long[:79]}…"]


def test_thousands_of_ids_are_found_in_one_text() -> None:
    ids = tuple(ONE.replace("123456789", f"{n:09}") for n in range(5000))
    assert find("\n".join(ids)).jobids == ids
    assert find(",".join(map(quote, ids))).jobids == ids
    finds = find(json.dumps({"jobs": [record(jobid) for jobid in ids]}))
    assert (finds.jobids, tuple(finds.records)) == (ids, ids)


@pytest.mark.parametrize(
    "text",
    [
        "lorem ipsum user bearer % \\ j12 \n" * 300_000,
        "z" * 10_000_000,
        "[{[{" * 500_000 + '"jobid"',
        '{"a":' * 200_000 + '"jobid"',
        '{"jobid":1,"status":' * 100_000 + "1" + "}" * 100_000,
        ":dreamina" * 100_000,
        "user:1" * 100_000,
        "[email\u00a0protected]" * 20_000,
    ],
    ids=["prose", "one word", "brackets", "open", "nested", "ends", "tokens", "hidden"],
)
def test_large_texts_without_ids_are_fine(text: str) -> None:
    finds = find(text)
    assert (finds.jobids, finds.records, finds.hidden) == ((), {}, 0)
