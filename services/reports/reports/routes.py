"""The reports. Every route is guarded; the user of the path must be the user of the token."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field

from keyturn_verifier import PathUser, RingNode, requires_permission, requires_role

from .task_report import TaskReport, TasksClient


class AccessReport(BaseModel):
    user_id: str = Field(serialization_alias="userId")
    method: str = Field(description="How the credential was verified: ring, sharedSecret or session")
    roles: tuple[str, ...]
    permissions: tuple[str, ...]
    expires_at: datetime = Field(serialization_alias="expiresAt")


class KeyReport(BaseModel):
    kid: str
    state: str
    created_at: datetime = Field(serialization_alias="createdAt")


class RingReport(BaseModel):
    ring: str
    generation: int
    keys: list[KeyReport]


def _time(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def create_routes(node: RingNode, tasks: TasksClient | None) -> APIRouter:
    router = APIRouter(prefix="/api/{userId}/reports", tags=["reports"])

    @router.get("/access", summary="What the user's credential allows, and until when")
    async def access(user: PathUser) -> AccessReport:
        return AccessReport(
            user_id=user.user_id,
            method=user.method,
            roles=user.roles,
            permissions=user.permissions,
            expires_at=_time(user.expires_at_ms),
        )

    @router.get(
        "/keys",
        summary="The keys that this process accepts: ids and states; for administrators",
        dependencies=[Depends(requires_role("admin"))],
    )
    async def keys(_: PathUser) -> RingReport:
        ring = node.require()
        accepted = [
            KeyReport(kid=key.kid, state=key.state, created_at=_time(key.created_at))
            for key in ring.keys
            if key.accepted
        ]
        return RingReport(ring=ring.ring, generation=ring.generation, keys=accepted)

    if tasks is not None:
        _add_task_report(router, tasks)
    return router


def _add_task_report(router: APIRouter, tasks: TasksClient) -> None:
    @router.get(
        "/tasks",
        summary="The user's tasks by state and by week",
        dependencies=[Depends(requires_permission("tasks:read"))],
    )
    async def task_report(
        user: PathUser, _: Request, authorization: Annotated[str, Header(include_in_schema=False)] = ""
    ) -> TaskReport:
        return await tasks.report(user.user_id, authorization)
