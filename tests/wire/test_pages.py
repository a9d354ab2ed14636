"""Every service says without a token that it is up and what it promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.wire.example import Shop

    Play = Callable[[Callable[[Shop], Awaitable[None]]], None]


@pytest.mark.parametrize("service", ["example", "auth"])
def test_health_needs_no_token(play: Play, service: str) -> None:
    """Health checks of the real builds find every service up (0.3)."""

    async def scene(shop: Shop) -> None:
        for path in ("/health/ping", "/health", "/health/readiness"):
            response = await shop.call("GET", path, headers={}, service=service)
            assert (response.status, response.json()["status"]) == (200, "UP")
        info = await shop.call("GET", "/info", headers={}, service=service)
        assert info.json()["build"]["name"] == service

    play(scene)


def test_the_contract_is_served_as_it_stands(play: Play) -> None:
    """`/v3/api-docs` is the very document that the checks use."""

    async def scene(shop: Shop) -> None:
        response = await shop.call("GET", "/v3/api-docs", headers={})
        document = response.json()
        assert document == shop.example.contract.document
        create = document["paths"]["/prisoners/{prisonerNumber}/notes"]["post"]
        assert create["x-roles"] == ["ROLE_NOTES__RW"]
        assert "201" in create["responses"]

    play(scene)


def test_the_page_for_readers_lists_all_and_loads_nothing(play: Play) -> None:
    """Operations, roles and schemas in one page, without a script or other host."""

    async def scene(shop: Shop) -> None:
        page = await shop.call("GET", "/swagger-ui/index.html", headers={})
        assert page.headers["content-type"].startswith("text/html")
        text = page.body.decode()
        for operation in shop.example.contract.operations:
            assert f"id='{operation.id}'" in text
        assert "ROLE_NOTES__RO or ROLE_NOTES__RW" in text
        assert "any valid token" in text
        assert "id='schema-NewNote'" in text
        assert "http://" not in text
        assert "https://" not in text
        assert "<script" not in text

    play(scene)


def test_looking_at_pages_is_not_traffic(play: Play) -> None:
    """Health checks and documents are not calls of a sync: no journal entry."""

    async def scene(shop: Shop) -> None:
        for path in ("/health/ping", "/info", "/v3/api-docs", "/swagger-ui/"):
            assert (await shop.call("GET", path, headers={})).status == 200
        assert (await shop.call("POST", "/health/ping", headers={})).status == 401
        assert len(shop.entries("request")) == 1

    play(scene)
