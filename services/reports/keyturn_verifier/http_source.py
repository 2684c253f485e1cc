"""The public ring document over HTTP, bounded in time and size. No redirects: a key source has one address."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from .codec import parse_ring_document
from .document import RingDocument
from .errors import KeyringError

MAX_BYTES = 1_048_576


@dataclass(frozen=True)
class _Last:
    etag: str
    document: RingDocument


class HttpSource:
    """
    Asks one server after the other, beginning with the last that worked. Repeated reads are conditional: an unchanged
    ring costs a 304, and a 304 confirms as a body does.
    """

    def __init__(self, ring: str, urls: Sequence[str], timeout_s: float = 2.0, ca_file: str | None = None) -> None:
        self._ring = ring
        self._urls = [url.rstrip("/") for url in urls]
        self._timeout_s = timeout_s
        verify = ssl.create_default_context(cafile=ca_file)
        self._client = httpx.AsyncClient(verify=verify, timeout=timeout_s, trust_env=False, follow_redirects=False)
        self._preferred = 0
        self._last: _Last | None = None

    async def fetch(self, *, confirm: bool) -> RingDocument | None:
        """
        None when the servers that answered know no such ring. `confirm`: the answer rests on a read of the truth that
        began after this call (P1). Raises KeyringError when no server gave a usable answer.
        """
        failures: list[str] = []
        absent = False
        for turn in range(len(self._urls)):
            index = (self._preferred + turn) % len(self._urls)
            try:
                async with asyncio.timeout(self._timeout_s):
                    document = await self._ask(self._urls[index], confirm)
            except (httpx.HTTPError, httpx.InvalidURL, KeyringError, TimeoutError, UnicodeError) as error:
                failures.append(str(error) or type(error).__name__)
                continue
            if document:
                self._preferred = index
                return document
            absent = True
        if absent and not failures:
            return None
        code = "ERR_TRUTH_UNREADABLE" if confirm else "ERR_RING_UNAVAILABLE"
        raise KeyringError(code, f"no document server gave ring {self._ring}: {'; '.join(failures)}")

    async def _ask(self, base: str, confirm: bool) -> RingDocument | None:
        asked = self._last
        url = f"{base}/keyturn/v1/rings/{self._ring}/document{'?confirm=true' if confirm else ''}"
        # As it is, so that the bytes that are counted are those that are kept: nothing small unfolds into something large.
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if asked:
            headers["if-none-match"] = asked.etag
        async with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code == 304 and asked:
                return asked.document
            if response.status_code == 404:
                return None
            if response.status_code != 200:
                raise KeyringError("ERR_RING_UNAVAILABLE", f"the server answered {response.status_code}")
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise KeyringError("ERR_RING_INVALID", f"the answer is larger than {MAX_BYTES} bytes")
        document = parse_ring_document(body.decode())
        if document.form != "public" or document.ring != self._ring:
            raise KeyringError("ERR_RING_INVALID", "document: must be the public one of the ring that was asked for")
        etag = response.headers.get("etag")
        self._last = _Last(etag, document) if etag else None
        return document

    async def close(self) -> None:
        await self._client.aclose()
