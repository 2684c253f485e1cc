import unittest
from datetime import UTC, datetime

from keyturn_verifier.principal import grants, principal_of
from reports.environment import ConfigurationError, read_environment
from reports.task_report import summarize

GOOD = {"KEYTURN_RING_URLS": "http://auth-internal:9000", "KEYTURN_POD_UID": "pod-1"}


class TheConfiguration(unittest.TestCase):
    def test_lists_everything_that_is_wrong_and_no_value(self) -> None:
        with self.assertRaises(ConfigurationError) as refused:
            read_environment({"PORT": "secret-value", "KEYTURN_TOKEN_RING_ROLE": "holder"})
        text = str(refused.exception)
        for name in ("PORT", "KEYTURN_RING_URLS", "KEYTURN_RINGS_DIR", "KEYTURN_POD_UID"):
            self.assertIn(f"{name}:", text)
        self.assertNotIn("secret-value", text)

    def test_has_the_ports_and_places_of_the_contract_by_default(self) -> None:
        environment = read_environment(GOOD)
        self.assertEqual((environment.port, environment.management_port), (3000, 9000))
        self.assertEqual((environment.ring, environment.role), ("access-tokens", "verifier"))
        self.assertEqual(str(environment.state_dir), "/var/lib/keyturn")

    def test_does_not_show_the_password_of_the_database(self) -> None:
        given = {**GOOD, "KEYTURN_SESSION_DATABASE_URL": "postgres://user:hidden@db/x", "KEYTURN_RINGS_DIR": "/rings"}
        environment = read_environment(given)
        self.assertEqual(environment.ring, "session-secret")
        self.assertNotIn("hidden", repr(environment))

    def test_takes_what_roles_permit_from_the_platform(self) -> None:
        given = {**GOOD, "KEYTURN_ROLE_PERMISSIONS": "user=tasks:read  reports:*,admin=*,guest="}
        expected = {"user": ("tasks:read", "reports:*"), "admin": ("*",), "guest": ()}
        self.assertEqual(read_environment(given).role_permissions, expected)
        for wrong in ("user", "user=a=b", "user=tasks read:", "9=x", "=x"):
            with self.assertRaisesRegex(ConfigurationError, "KEYTURN_ROLE_PERMISSIONS: must be"):
                read_environment({**GOOD, "KEYTURN_ROLE_PERMISSIONS": wrong})

    def test_passes_no_session_on_to_a_service_that_wants_tokens(self) -> None:
        given = {**GOOD, "KEYTURN_TASKS_URL": "http://tasks", "KEYTURN_RINGS_DIR": "/rings"}
        self.assertEqual(read_environment(given).tasks_url, "http://tasks")
        sessions = {"KEYTURN_SESSION_DATABASE_URL": "postgres://db/x"}
        self.assertIsNone(read_environment({**given, **sessions}).tasks_url)


class TheTaskReport(unittest.TestCase):
    def test_counts_tasks_by_state_and_by_week_of_their_creation(self) -> None:
        tasks = [
            {"createdAt": "2026-11-16T00:00:00.000Z", "completed": False},
            {"createdAt": "2026-11-20T00:00:00.000Z", "completed": True},
            {"createdAt": "2026-11-30T00:00:00.000Z", "completed": False},
        ]
        report = summarize(tasks, complete=True)
        self.assertEqual((report.open, report.completed), (2, 1))
        self.assertEqual(report.oldest_open, datetime(2026, 11, 16, tzinfo=UTC))
        self.assertEqual(report.created_by_week, {"2026-W47": 2, "2026-W49": 1})

    def test_of_no_task_is_empty(self) -> None:
        report = summarize([], complete=True)
        self.assertEqual((report.open, report.completed, report.oldest_open, report.created_by_week), (0, 0, None, {}))


class Permissions(unittest.TestCase):
    def test_are_granted_by_name_by_prefix_and_by_star(self) -> None:
        self.assertTrue(grants(["tasks:read"], "tasks:read"))
        self.assertTrue(grants(["tasks:*"], "tasks:read"))
        self.assertTrue(grants(["*"], "tasks:read"))
        self.assertFalse(grants(["tasks:read", "task:*"], "tasks:write"))


class AnAddress(unittest.TestCase):
    def test_is_verified_only_if_the_token_says_so(self) -> None:
        claims = {"sub": "anna", "email": "anna@example.com", "aud": "keyturn", "exp": 1}
        for said, verified in ((True, True), (False, False), (None, False), ("true", False), (1, False)):
            principal = principal_of({**claims, "email_verified": said}, "ring")
            self.assertEqual((principal.email, principal.email_verified), ("anna@example.com", verified))
