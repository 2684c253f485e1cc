"""What a user has done: tasks by state and by week. `summarize` is pure; the tasks come from the tasks service."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import httpx
from fastapi import Request
from pydantic import BaseModel, Field

from keyturn_verifier.problems import problem

PAGE = 100
MOST_PAGES = 50


class TaskReport(BaseModel):
    open: int
    completed: int
    oldest_open: datetime | None = Field(serialization_alias="oldestOpen")
    created_by_week: dict[str, int] = Field(serialization_alias="createdByWeek", description="By ISO week: 2026-W47")
    complete: bool = Field(description="False: there are more tasks than the report has looked at")


def summarize(tasks: Iterable[Mapping[str, Any]], complete: bool) -> TaskReport:
    tasks = list(tasks)
    created = [datetime.fromisoformat(task["createdAt"]) for task in tasks]
    still_open = [at for at, task in zip(created, tasks, strict=True) if not task["completed"]]
    weeks = Counter(f"{at:%G-W%V}" for at in created)
    return TaskReport(
        open=len(still_open),
        completed=len(tasks) - len(still_open),
        oldest_open=min(still_open, default=None),
        created_by_week=dict(sorted(weeks.items())),
        complete=complete,
    )


class TasksUnavailable(Exception):
    """The tasks service did not answer as it should: 502, with its 401 and 403 kept."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class TasksClient:
    """Asks with the user's own token, so it sees what the user may see and no more."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=5, trust_env=False)

    async def report(self, user_id: str, authorization: str) -> TaskReport:
        tasks: list[Mapping[str, Any]] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._page(user_id, authorization, cursor)
            tasks += page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                break
        return summarize(tasks, complete=cursor is None)

    async def close(self) -> None:
        await self._client.aclose()

    async def _page(self, user_id: str, authorization: str, cursor: str | None) -> dict[str, Any]:
        params = {"limit": str(PAGE), **({"cursor": cursor} if cursor else {})}
        try:
            path = httpx.URL("/").copy_with(path=f"/api/{user_id}/tasks")
            response = await self._client.get(path, params=params, headers={"authorization": authorization})
        except httpx.HTTPError:
            raise TasksUnavailable(502) from None
        if response.status_code != 200:
            raise TasksUnavailable(response.status_code)
        page: dict[str, Any] = response.json()
        return page


async def answer_unavailable(_: Request, error: Exception) -> Any:
    """What the tasks service says about the user's credential is passed on; all else is its trouble, not the user's."""
    status = error.status if isinstance(error, TasksUnavailable) else 502
    return problem(status if status in (403, 503) else 502, detail="the tasks service could not give the tasks")
