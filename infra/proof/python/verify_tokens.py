"""Verifies tokens with PyJWT, which shares no code with what made them.

Standard input: {"jwks_url": str, "issuer": str, "audience": str, "tokens": [{"algorithm": str, "token": str}],
"secrets": {kid: base64url}}; keys come from the JWKS, for HS256 from the secrets that a holder has.
Standard output: [{"kid": str, "claims": {...}} or {"error": str}], one for each token, in order. No token is printed.
"""

import base64
import json
import sys

import jwt


def decode_secret(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_of(client, question, token, algorithm):
    if algorithm == "HS256":
        return decode_secret(question["secrets"][jwt.get_unverified_header(token)["kid"]])
    return client.get_signing_key_from_jwt(token).key


def verify(client, question, token, algorithm):
    try:
        claims = jwt.decode(
            token,
            key_of(client, question, token, algorithm),
            algorithms=[algorithm],
            audience=question["audience"],
            issuer=question["issuer"],
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
        return {"kid": jwt.get_unverified_header(token)["kid"], "claims": claims}
    except (jwt.PyJWTError, KeyError) as error:
        return {"error": type(error).__name__}


def main():
    question = json.load(sys.stdin)
    client = jwt.PyJWKClient(question["jwks_url"])
    json.dump([verify(client, question, t["token"], t["algorithm"]) for t in question["tokens"]], sys.stdout)


if __name__ == "__main__":
    main()
