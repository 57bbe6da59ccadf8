"""The keys that the service publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm
from jwt.exceptions import PyJWTError

from .strict_json import parse_strict_json

_MAX_KEYS = 32
_ED25519_PRIME = 2**255 - 19
# The y of every point whose order divides 8 (RFC 8032 5.1).
_SMALL_ORDER_YS = frozenset(
    (
        0,
        1,
        _ED25519_PRIME - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    )
)


@dataclass(frozen=True)
class PublishedKey:
    """A public key of the service, good for exactly one algorithm (SR-10)."""

    algorithm: str
    key: Union[EllipticCurvePublicKey, Ed25519PublicKey]

    def verifies(self, signature: bytes, signing_input: bytes) -> bool:
        try:
            return bool(_METHODS[self.algorithm].method.verify(signing_input, self.key, signature))
        except (PyJWTError, ValueError):
            return False


@dataclass(frozen=True)
class _Method:
    method: Algorithm
    kty: str
    crv: str
    kind: type


_METHODS = {
    "ES256": _Method(ECAlgorithm(ECAlgorithm.SHA256), "EC", "P-256", EllipticCurvePublicKey),
    "EdDSA": _Method(OKPAlgorithm(), "OKP", "Ed25519", Ed25519PublicKey),
}


def read_published_keys(data: bytes) -> dict[str, PublishedKey]:
    """The usable keys of a JWK set (RFC 7517 5) by ``kid``.

    Others are passed over: those that do not say their ``kid`` and ``alg``, are not for signatures, are of another kind
    than their ``alg``, are not public, or are of small order. Of keys that share a ``kid`` none is
    used, since it is unclear which is meant.

    :raises ValueError: this is no JWK set, or nothing in it can be used
    """
    try:
        keys = parse_strict_json(data)["keys"]
    except (ValueError, TypeError, KeyError):
        raise ValueError("It is not a JWK set.") from None
    if not isinstance(keys, list) or len(keys) > _MAX_KEYS:
        raise ValueError("It is not a JWK set.")
    found: dict[str, Optional[PublishedKey]] = {}
    for jwk in keys:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if isinstance(kid, str) and kid != "":
            found[kid] = None if kid in found else _import_published(jwk)
    usable = {kid: key for kid, key in found.items() if key is not None}
    if not usable:
        raise ValueError("No key in it can be used.")
    return usable


def _import_published(jwk: dict[str, Any]) -> Optional[PublishedKey]:
    algorithm = jwk.get("alg")
    method = _METHODS.get(algorithm) if isinstance(algorithm, str) else None
    if method is None or jwk.get("kty") != method.kty or jwk.get("crv") != method.crv:
        return None
    if jwk.get("use", "sig") != "sig":
        return None
    if "key_ops" in jwk and not (isinstance(jwk["key_ops"], list) and "verify" in jwk["key_ops"]):
        return None
    # A private key that got published is everybody's key.
    if "d" in jwk:
        return None
    # Only the members that make the key, so that nothing else in it can steer the import.
    members = {name: jwk[name] for name in ("kty", "crv", "x", "y") if isinstance(jwk.get(name), str)}
    try:
        key = method.method.from_jwk(members)
    except (PyJWTError, ValueError, TypeError):
        return None
    if isinstance(key, Ed25519PublicKey) and not _is_safe(key):
        return None
    if isinstance(key, method.kind) and isinstance(key, (EllipticCurvePublicKey, Ed25519PublicKey)):
        return PublishedKey(str(algorithm), key)
    return None


def _is_safe(key: Ed25519PublicKey) -> bool:
    """Whether a signature can be trusted under this point. Under one of small order a signature is right for every text, or
    for one in eight, and OpenSSL does not look."""
    encoded = int.from_bytes(key.public_bytes(Encoding.Raw, PublicFormat.Raw), "little")
    y = encoded & ((1 << 255) - 1)
    # A y that is not reduced is a second spelling of a small one, which RFC 8032 5.1.3 refuses.
    return y < _ED25519_PRIME and y not in _SMALL_ORDER_YS
