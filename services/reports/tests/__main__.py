"""`python -m tests`: runs every test and prints one line of JSON, `[{id, problem}]`; a failure is no exit code."""

import json
import sys
import unittest
from pathlib import Path


class Recorder(unittest.TestResult):
    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[dict[str, str | None]] = []

    def stopTest(self, test: unittest.TestCase) -> None:
        found = [
            text
            for failed, text in [*self.failures, *self.errors]
            if failed is test or getattr(failed, "test_case", None) is test
        ]
        name = test.id().removeprefix("tests.").replace(".test_", ": ").replace("_", " ")
        self.outcomes.append({"id": name, "problem": "\n".join(found) or None})


recorder = Recorder()
unittest.defaultTestLoader.discover(str(Path(__file__).parent), top_level_dir=str(Path(__file__).parent.parent)).run(
    recorder
)
# A module that cannot be imported is a test that failed, of unittest's own making.
json.dump(recorder.outcomes, sys.stdout)
print()
