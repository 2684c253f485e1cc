"""
Verifies Keyturn's tokens in Python and takes part in rotations with proof.

Pure: document, codec, rules, compact, strict_json, accept_set, principal, signed_value. At the edges: node (one ring in
one process), token_verifier and session_verifier, guard (FastAPI dependencies), management (the management port).
"""

from .errors import GuardError, KeyringError
from .guard import CurrentUser, Guard, PathUser, get_current_user, requires_permission, requires_role
from .management import create_management
from .node import RingNode
from .principal import Principal
from .problems import answer_problems
from .session_store import PostgresSessionStore
from .session_verifier import SessionVerifier
from .token_verifier import TokenVerifier

__all__ = [
    "CurrentUser",
    "Guard",
    "GuardError",
    "KeyringError",
    "PathUser",
    "PostgresSessionStore",
    "Principal",
    "RingNode",
    "SessionVerifier",
    "TokenVerifier",
    "answer_problems",
    "create_management",
    "get_current_user",
    "requires_permission",
    "requires_role",
]
