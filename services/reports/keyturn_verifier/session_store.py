"""Better Auth's tables in PostgreSQL; a database role that may select these columns, and no others, suffices."""

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from .session_verifier import SessionRow, StoreUnavailable

_STATEMENT = """
SELECT u.id, u.email, u."emailVerified", u.role, (EXTRACT(EPOCH FROM s."expiresAt") * 1000)::float8
FROM session s JOIN "user" u ON u.id = s."userId" WHERE s.token = %s
"""


class PostgresSessionStore:
    def __init__(self, url: str, connections: int = 4, timeout_s: float = 2.0) -> None:
        self._pool = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=connections,
            timeout=timeout_s,
            open=False,
            kwargs={"connect_timeout": 2, "options": "-c statement_timeout=2000", "autocommit": True},
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close(timeout=1)

    async def find(self, token: str) -> SessionRow | None:
        if "\0" in token:
            return None
        try:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_STATEMENT, (token,))
                row = await cursor.fetchone()
        except (psycopg.Error, PoolTimeout) as error:
            raise StoreUnavailable("the session table cannot be asked") from error
        return SessionRow(str(row[0]), row[1], row[2] is True, row[3], float(row[4])) if row else None
