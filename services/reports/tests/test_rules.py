import asyncio
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from keyturn_verifier.document import RingDocument, RingKey, Settings
from keyturn_verifier.errors import KeyringError
from keyturn_verifier.holding import Holding
from keyturn_verifier.moments import KernelReading, Moment, NotedMoment
from keyturn_verifier.own_file import OwnFile, parse_note, serialize_note
from keyturn_verifier.rules import OwnNote, admit, is_past_hard_limit, judge_unknown_kid, plan_start
from keyturn_verifier.unknown_kid import UnknownKidGate
from reports.http import Requests

HOUR = 3_600_000
SETTINGS = Settings(900_000, 5_000, 500, HOUR, HOUR, None, 24 * HOUR, 8, 600_000, None, False, False)
RING = RingDocument(
    "public", "id-1", "access-tokens", 5, "SharedSecret", "HS256", None, SETTINGS, (RingKey("a", "active", 1, 0),)
)
NOTE = OwnNote("access-tokens", "id-1", "pod-1", 5, NotedMoment(10 * HOUR, KernelReading("boot", 1000)), HOUR, 500)


class AStart(unittest.TestCase):
    def test_of_a_fresh_pod_needs_a_confirming_read(self) -> None:
        self.assertEqual(plan_start(None, "pod-1", NotedMoment(0)).because, "fresh-pod")

    def test_with_the_file_of_another_pod_is_one_of_a_fresh_pod(self) -> None:
        plan = plan_start(NOTE, "pod-2", NOTE.contact)
        self.assertEqual((plan.kind, plan.because, plan.floor), ("confirm", "file-of-another-pod", 0))

    def test_in_the_same_pod_resumes_with_its_floor(self) -> None:
        now = NotedMoment(0, KernelReading("boot", 61_000))
        plan = plan_start(NOTE, "pod-1", now)
        self.assertEqual((plan.kind, plan.floor, plan.contact_age_ms), ("resume", 5, 60_010))

    def test_after_the_restart_grace_confirms_and_keeps_the_floor(self) -> None:
        plan = plan_start(NOTE, "pod-1", NotedMoment(0, KernelReading("boot", 1000 + HOUR)))
        self.assertEqual((plan.kind, plan.because, plan.floor, plan.ring_id), ("confirm", "contact-too-old", 5, "id-1"))

    def test_after_a_reboot_goes_by_the_wall_clock_and_its_error(self) -> None:
        later = NotedMoment(10 * HOUR + 60_000, KernelReading("other boot", 5))
        self.assertEqual(plan_start(NOTE, "pod-1", later).contact_age_ms, 60_500)
        jumped = plan_start(NOTE, "pod-1", replace(later, wall_ms=9 * HOUR))
        self.assertEqual((jumped.kind, jumped.because), ("confirm", "contact-age-unknown"))


class ADocument(unittest.TestCase):
    def test_is_admitted_only_upward_and_of_the_same_ring(self) -> None:
        def verdict(document: RingDocument, floor: int = 5, loaded: RingDocument | None = RING) -> str:
            return admit(document, "access-tokens", "id-1", floor, loaded, False)

        self.assertEqual(verdict(replace(RING, generation=6)), "load")
        self.assertEqual(verdict(RING), "same")
        self.assertEqual(verdict(replace(RING, keys=())), "contradicts")
        self.assertEqual(verdict(replace(RING, generation=4)), "older")
        self.assertEqual(verdict(replace(RING, generation=4), loaded=None), "below-own-file")
        self.assertEqual(verdict(replace(RING, generation=6, ring_id="id-2")), "ring-id-changed")
        self.assertEqual(verdict(replace(RING, generation=6, ring="other")), "other-ring")

    def test_without_secrets_is_not_loaded_by_a_holder(self) -> None:
        self.assertEqual(admit(RING, "access-tokens", None, 0, None, True), "lacks-material")

    def test_may_not_be_used_after_the_hard_limit(self) -> None:
        self.assertTrue(is_past_hard_limit(None, 0, SETTINGS))
        self.assertFalse(is_past_hard_limit(0, 24 * HOUR - 1, SETTINGS))
        self.assertTrue(is_past_hard_limit(0, 24 * HOUR, SETTINGS))


class TheOwnFile(unittest.TestCase):
    def test_says_the_same_after_it_was_written_and_read(self) -> None:
        note = replace(NOTE, document=RING)
        self.assertEqual(parse_note(serialize_note(note)), note)

    def test_is_refused_when_its_document_is_of_another_generation(self) -> None:
        with self.assertRaisesRegex(KeyringError, "document"):
            parse_note(serialize_note(replace(NOTE, generation=6, document=RING)))


class ASwap(unittest.TestCase):
    def test_that_fails_is_not_acknowledged_and_is_tried_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            holding = Holding("access-tokens", "pod-1", False, OwnFile(Path(folder) / "access-tokens.json", RING.ring))
            in_use: list[int] = []

            def use(document: RingDocument) -> None:
                if not in_use:
                    in_use.append(0)
                    raise ValueError("not this time")
                in_use.append(document.generation)

            holding.subscribe(use)
            read = Moment(0, NOTE.contact)
            with self.assertRaises(ValueError):
                holding.offer(RING, read)
            self.assertIsNone(holding.loaded)
            holding.offer(RING, read)
            self.assertEqual((holding.loaded, in_use), (RING, [0, 5]))


class TheRequests(unittest.TestCase):
    def test_are_counted_in_no_series_that_a_client_names(self) -> None:
        requests = Requests()
        for number in range(50):
            requests.add(f"METHOD{number}", "other", 405, 0.1)
        self.assertIn('{method="other",route="other",status="405"} 50', requests.text())


class AnUnknownKid(unittest.TestCase):
    def test_waits_for_a_fetch_unless_it_was_absent_a_moment_ago_or_too_many_wait(self) -> None:
        self.assertEqual(judge_unknown_kid(0, None, 0), "wait")
        self.assertEqual(judge_unknown_kid(0, 0, 999), "absent")
        self.assertEqual(judge_unknown_kid(0, 0, 1000), "wait")
        self.assertEqual(judge_unknown_kid(10_000, None, 0), "full")

    def test_shares_one_fetch_with_all_who_came_before_it_began(self) -> None:
        fetches: list[float] = []

        async def fetch() -> None:
            fetches.append(asyncio.get_running_loop().time())

        async def ask() -> None:
            loop = asyncio.get_running_loop()
            gate = UnknownKidGate(fetch, lambda: loop.time() * 1000)
            await asyncio.gather(*(gate.request(f"kid-{number}") for number in range(50)))
            await gate.request("kid-0")

        asyncio.run(ask())
        self.assertEqual(len(fetches), 1)

    def test_is_not_called_bad_when_the_fetch_failed(self) -> None:
        async def fetch() -> None:
            raise KeyringError("ERR_RING_UNAVAILABLE", "no server")

        async def ask() -> None:
            loop = asyncio.get_running_loop()
            gate = UnknownKidGate(fetch, lambda: loop.time() * 1000)
            await gate.request("kid")

        with self.assertRaises(KeyringError):
            asyncio.run(ask())
