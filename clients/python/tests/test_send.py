"""Requests over a real network: this machine's own."""

from __future__ import annotations

import os
import socket
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from countersign import Client, HttpRequest, SendFailure, new_nonce
from countersign.send import send

from .scripted import API_KEY, code_of

RELEASE = threading.Event()


class Handler(BaseHTTPRequestHandler):
    seen: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        Handler.seen.append((self.path, self.headers.get("Authorization", "")))
        if self.path == "/v1/users/redirected":
            self.send_response(302)
            self.send_header("Location", "/v1/users/elsewhere")
            self.end_headers()
        elif self.path == "/v1/users/silent":
            RELEASE.wait(60)
        elif self.path == "/v1/users/dripping":
            self.send_response(200)
            self.end_headers()
            while not RELEASE.wait(0.02):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return
        elif self.path == "/v1/users/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b" " * 5_000_000)
        elif self.path == "/v1/users/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{}")
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"id": "found"}')

    def log_message(self, *_args: Any) -> None:
        pass


class Sending(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        RELEASE.clear()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        cls.server.daemon_threads = True
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"
        cls.thread = threading.Thread(target=cls.server.serve_forever, kwargs={"poll_interval": 0.01})
        cls.thread.start()

    @classmethod
    def tearDownClass(cls) -> None:
        RELEASE.set()
        cls.server.shutdown()
        cls.thread.join()
        cls.server.server_close()

    def client(self, **options: Any) -> Client:
        return Client(url=self.url, api_key=API_KEY, retries=0, **options)

    def test_a_request_arrives_with_its_key_and_its_answer_comes_back(self) -> None:
        self.assertEqual(self.client().users.get("usr_1"), {"id": "found"})
        self.assertEqual(Handler.seen[-1], ("/v1/users/usr_1", f"Bearer {API_KEY}"))

    def test_a_redirect_is_not_followed(self) -> None:
        self.assertEqual(code_of(lambda: self.client().users.get("redirected")), "RESPONSE_INVALID")
        self.assertNotIn("/v1/users/elsewhere", [path for path, _key in Handler.seen])

    def test_timeout_ms_holds_for_silence_and_for_an_answer_that_never_ends(self) -> None:
        for name in ("silent", "dripping"):
            with self.subTest(name):
                began = time.monotonic()
                self.assertEqual(code_of(lambda: self.client(timeout_ms=200).users.get(name)), "TIMEOUT")
                self.assertLess(time.monotonic() - began, 30)

    def test_an_answer_that_is_too_large_or_cut_off_is_none(self) -> None:
        self.assertEqual(code_of(lambda: self.client().users.get("endless")), "RESPONSE_INVALID")
        self.assertEqual(code_of(lambda: self.client().users.get("cut")), "NETWORK_FAILED")

    def test_nobody_there_is_a_network_failure_that_quotes_nothing(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        with self.assertRaises(SendFailure) as failure:
            send(HttpRequest("GET", f"http://127.0.0.1:{port}/secret", {}, None, 5000, 10))
        self.assertEqual(failure.exception.reason, "network")
        self.assertNotIn("secret", str(failure.exception))

    def test_what_stays_on_this_machine_goes_by_no_proxy(self) -> None:
        with mock.patch.dict(os.environ, {"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "", "no_proxy": ""}):
            self.assertEqual(self.client().users.get("usr_1"), {"id": "found"})


class Nonces(unittest.TestCase):
    def test_new_nonce_has_192_bits_a_form_that_is_taken_and_does_not_repeat(self) -> None:
        nonces = [new_nonce() for _ in range(2000)]
        self.assertEqual(len(set(nonces)), 2000)
        for nonce in nonces:
            self.assertRegex(nonce, r"\A[A-Za-z0-9_-]{32}\Z")
        self.assertTrue(all(len({nonce[at] for nonce in nonces}) > 55 for at in range(32)))


if __name__ == "__main__":
    unittest.main()
