"""Verifies the results of Countersign sign-ins, and talks to the Countersign API."""

from .answers import Authentication, Challenge, EnvironmentMatch, LoginRequest
from .claims import RESULT_ALGORITHMS, RESULT_TYP, TEST_RESULT_TYP, ResultClaims
from .client import Client
from .codes import CLIENT_ERROR_CODES, RESULT_ERROR_CODES, SERVER_ERROR_CODES, WEBHOOK_ERROR_CODES
from .errors import (
    CountersignError,
    OptionInvalid,
    ResultRefused,
    ServiceRefused,
    ServiceUnreachable,
    WebhookRefused,
)
from .group import Page
from .nonce import new_nonce
from .send import HttpRequest, HttpResponse, Send, SendFailure
from .transactions import TransactionField, TransactionReference, canonical_transaction, transaction_hash
from .verifier import Verifier
from .webhooks import WebhookEvent, verify_webhook

__all__ = [
    "CLIENT_ERROR_CODES",
    "RESULT_ALGORITHMS",
    "RESULT_ERROR_CODES",
    "RESULT_TYP",
    "SERVER_ERROR_CODES",
    "TEST_RESULT_TYP",
    "WEBHOOK_ERROR_CODES",
    "Authentication",
    "Challenge",
    "Client",
    "CountersignError",
    "EnvironmentMatch",
    "HttpRequest",
    "HttpResponse",
    "LoginRequest",
    "OptionInvalid",
    "Page",
    "ResultClaims",
    "ResultRefused",
    "Send",
    "SendFailure",
    "ServiceRefused",
    "ServiceUnreachable",
    "TransactionField",
    "TransactionReference",
    "Verifier",
    "WebhookEvent",
    "WebhookRefused",
    "canonical_transaction",
    "new_nonce",
    "transaction_hash",
    "verify_webhook",
]
