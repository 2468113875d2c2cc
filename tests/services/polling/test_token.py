from __future__ import annotations

import pytest
from fakes import created, job_id
from world import ORIGIN, World, with_world

from dreamina_desktop.core.jobs.answer import JobAnswer, Refused, Throttled, Trouble
from dreamina_desktop.services.polling.token import TokenSource
from dreamina_desktop.services.session.messages import Condition

KEPT = "user:7-kept"


@with_world()
async def test_the_environment_goes_before_the_keyring(world: World) -> None:
    world.keyring.kept[ORIGIN] = KEPT
    await world.token.load()
    assert world.token.source is TokenSource.ENVIRONMENT
    assert world.api.token == "user:12345-secret"
    assert world.token.user_number == 12345


@with_world(given=None)
async def test_else_the_keyring_is_asked_for_this_origin(world: World) -> None:
    world.keyring.kept = {ORIGIN: KEPT, "https://other.example.com:443": "user:8-other"}
    assert not world.token.loaded
    await world.token.load()
    assert world.token.loaded
    assert world.token.source is TokenSource.KEYRING
    assert world.api.token == KEPT


@with_world(given=None)
async def test_without_any_there_is_none(world: World) -> None:
    await world.token.load()
    assert world.token.source is TokenSource.NONE
    assert world.api.token is None
    assert world.token.user_number is None


@with_world(given=None)
async def test_a_keyring_that_fails_is_reported(world: World) -> None:
    world.keyring.broken = True
    await world.token.load()
    assert "does not answer" in (world.holds(Condition.KEYRING) or "")
    assert world.token.loaded


@with_world(given=None)
async def test_a_good_token_is_kept_in_the_keyring(world: World) -> None:
    heard: list[TokenSource] = []
    await world.start()
    world.token.subscribe(lambda: heard.append(world.token.source))
    trial = await world.token.try_and_keep(f"  Authorization: Bearer {KEPT}\n")
    assert trial.accepted
    assert world.api.tried == [KEPT]
    assert world.keyring.kept == {ORIGIN: KEPT}
    assert world.api.token == KEPT
    assert heard == [TokenSource.KEYRING]


@with_world(given=None)
async def test_a_keyring_that_fails_keeps_the_token_for_this_run(world: World) -> None:
    await world.start()
    world.keyring.broken = True
    trial = await world.token.try_and_keep(KEPT)
    assert trial.accepted
    assert "this run only" in trial.text
    assert world.token.source is TokenSource.THIS_RUN
    assert world.api.token == KEPT
    assert world.holds(Condition.KEYRING) is None  # there is a token: nothing lasts to be mended


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Refused(401, "Unauthorized"), "refused this token"),
        (Refused(402, "No subscription."), "No subscription."),
        (Throttled(5.0), "pause"),
        (Trouble("The API does not answer."), "does not answer"),
    ],
)
@with_world()
async def test_a_token_that_is_not_proved_good_is_not_taken(
    world: World, answer: JobAnswer, word: str
) -> None:
    await world.start()
    world.api.trial = answer
    trial = await world.token.try_and_keep(KEPT)
    assert not trial.accepted
    assert word in trial.text
    assert world.api.token == "user:12345-secret"
    assert world.keyring.kept == {}


@with_world(given=None)
async def test_a_record_for_the_impossible_id_means_that_the_token_is_good(world: World) -> None:
    await world.start()
    world.api.trial = created(job_id(1))
    assert (await world.token.try_and_keep(KEPT)).accepted


@pytest.mark.parametrize(
    "around",
    [
        '"{}"',
        "'{}'",
        "`{}`",
        "“{}”",
        "\ufeff{}",
        "\ufeff\u200b{}\u2060\r\n",
        "{};",
        '  "{}",\n',
        "export USEAPI_TOKEN={}",
        'export DREAMINA_API_TOKEN="{}"',
        "set USEAPI_TOKEN={}",
        "setx USEAPI_TOKEN {}",
        "setenv USEAPI_TOKEN '{}'",
        '$env:USEAPI_TOKEN = "{}"',
        "USEAPI_TOKEN={}",
        "USEAPI_TOKEN: {}",
        '"useapi_token": "{}",',
        "const apiToken = '{}';",
        "Bearer {}",
        "bearer\t{}",
        '"Authorization": "Bearer {}"',
        "Authorization: {}",
        "-H 'Authorization: Bearer {}' \\",
        '--header "Authorization: Bearer {}"',
        "'Authorization': 'Bearer {}',",
    ],
)
@with_world(given=None)
async def test_a_token_is_tried_without_what_was_copied_along(world: World, around: str) -> None:
    await world.start()
    assert (await world.token.try_and_keep(around.format(KEPT))).accepted
    assert world.api.tried == [KEPT]


@pytest.mark.parametrize("token", ["key:abc=", "token-1=2", "user:1-authorization:x"])
@with_world(given=None)
async def test_signs_within_a_token_stay(world: World, token: str) -> None:
    await world.start()
    await world.token.try_and_keep(token)
    assert world.api.tried == [token]


@pytest.mark.parametrize("text", ["", "Bearer ", "user:1-a b", "user:1-ä", "user:1-a\x07"])
@with_world()
async def test_what_cannot_be_a_token_is_not_sent(world: World, text: str) -> None:
    await world.start()
    assert not (await world.token.try_and_keep(text)).accepted
    assert world.api.tried == []


@with_world(given=None)
async def test_the_form_is_not_enforced(world: World) -> None:
    await world.start()
    assert (await world.token.try_and_keep("another-form")).accepted
    assert world.token.user_number is None


@with_world(given=None)
async def test_forgetting_deletes_the_kept_token(world: World) -> None:
    world.keyring.kept[ORIGIN] = KEPT
    await world.start()
    await world.token.forget()
    assert world.keyring.kept == {}
    assert world.api.token is None
    assert world.token.source is TokenSource.NONE


@with_world()
async def test_the_token_shows_nowhere(world: World) -> None:
    world.keyring.broken = True
    await world.start()
    await world.token.try_and_keep("user:5-visible")
    await world.preferences.flush()
    shown = f"{world.token!r} {world.messages.lasting} {world.said} {world.settings.values}"
    assert "secret" not in shown
    assert "visible" not in shown
