"""Decisions of the verifier, as sentences. What needs a process is in the conformance tests."""
