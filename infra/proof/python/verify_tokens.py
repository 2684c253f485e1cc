"""Verifies tokens from a published JWKS with PyJWT, which shares no code with what made them.

Standard input: {"jwks_url": str, "issuer": str, "audience": str, "tokens": [{"algorithm": str, "token": str}]}
Standard output: [{"kid": str, "claims": {...}} or {"error": str}], one for each token, in order. No token is printed.
"""

import json
import sys

import jwt


def verify(client, question, token, algorithm):
    try:
        key = client.get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=question["audience"],
            issuer=question["issuer"],
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
        return {"kid": key.key_id, "claims": claims}
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}


def main():
    question = json.load(sys.stdin)
    client = jwt.PyJWKClient(question["jwks_url"])
    json.dump([verify(client, question, t["token"], t["algorithm"]) for t in question["tokens"]], sys.stdout)


if __name__ == "__main__":
    main()
