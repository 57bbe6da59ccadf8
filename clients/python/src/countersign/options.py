"""Checks of what is given to this library."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from .errors import OptionInvalid

_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_ORIGIN = re.compile(r"(https?)://((?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:]+\])(?::(0|[1-9][0-9]{0,4}))?")
_HOST = re.compile(r"[a-z0-9._-]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def whole_number(option: str, value: Any, *, minimum: int, maximum: int) -> int:
    """The number if it is whole and within bounds, both included."""
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise OptionInvalid(f'"{option}" must be a whole number from {minimum} to {maximum}.')
    return value


def service_url(option: str, value: Any) -> str:
    """The service's address without a slash at its end, once it is certain that what is sent there is encrypted or
    stays on this machine."""
    invalid = OptionInvalid(f'"{option}" must be an absolute https URL.')
    # urlsplit passes over line feeds and tabs, wherever they are.
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
        raise invalid
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise invalid from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise invalid
    if "@" in parts.netloc or "?" in value or "#" in value:
        raise OptionInvalid(f'"{option}" must have no credentials, query or fragment.')
    path = parts.path[:-1] if parts.path.endswith("/") else parts.path
    if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
        raise invalid
    host = _canonical_host(parts.hostname)
    if host is None:
        raise invalid
    if parts.scheme == "http" and not _is_loopback(host):
        raise OptionInvalid(f'"{option}" must use https: only loopback may do without.')
    suffix = "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{suffix}{path}"


def is_origin(text: str) -> bool:
    """Whether it is a serialised web origin (RFC 6454 6.2): never ``null``, a URL with a path, or a pattern."""
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return False
    scheme, host, port = match.groups()
    if port is not None and (int(port) > 65535 or int(port) == _DEFAULT_PORTS[scheme]):
        return False
    return _canonical_host(host[1:-1] if host.startswith("[") else host) == host


def _canonical_host(host: str) -> str | None:
    """The host as a browser writes it, or nothing if it is none. Numbers that only some readers take for an address of
    IPv4 (``127.1``, ``0x7f000001``) are none."""
    if ":" in host:
        try:
            address = ipaddress.IPv6Address(host)
        except ValueError:
            return None
        # Which Python writes these with dots depends on its version.
        mapped = address.ipv4_mapped
        if mapped is not None:
            return f"[::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}]"
        return f"[{address.compressed}]"
    if not _HOST.fullmatch(host):
        return None
    last = host.rstrip(".").rsplit(".", 1)[-1]
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost") or host == "[::1]":
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
