"""Progress, step by step."""

from __future__ import annotations

from typing import Any, cast

import pytest

from mcp.shared.context import RequestContext
from mcp.shared.progress import Progress, progress
from mcp.types import ProgressToken, RequestParams

pytestmark = pytest.mark.anyio

Report = tuple[ProgressToken, float, float | None, str | None]


class Session:
    def __init__(self) -> None:
        self.reports: list[Report] = []

    async def send_progress_notification(
        self,
        progress_token: ProgressToken,
        progress: float,
        total: float | None = None,
        message: str | None = None,
    ) -> None:
        self.reports.append((progress_token, progress, total, message))


def context(session: Session, meta: RequestParams.Meta | None) -> RequestContext[Any, None, Any]:
    return RequestContext(1, meta, cast("Any", session), None)


@pytest.mark.parametrize("token", [0, 7, "7", ""])
async def test_amounts_add_up(token: ProgressToken) -> None:
    session = Session()
    with progress(context(session, RequestParams.Meta(progressToken=token)), total=10) as report:
        await report.progress(2)
        await report.progress(2.5, "nearly")
    assert session.reports == [(token, 2, 10, None), (token, 4.5, 10, "nearly")]


async def test_the_total_may_be_unknown() -> None:
    session = Session()
    with progress(context(session, RequestParams.Meta(progressToken="t"))) as report:
        await report.progress(1)
    assert session.reports == [("t", 1, None, None)]


@pytest.mark.parametrize("meta", [None, RequestParams.Meta()])
async def test_without_a_token_nobody_asked(meta: RequestParams.Meta | None) -> None:
    with pytest.raises(ValueError, match="No progress token"), progress(context(Session(), meta)):
        pass


async def test_progress_is_a_model() -> None:
    assert Progress(progress=1, total=None).model_dump() == {"progress": 1.0, "total": None}
