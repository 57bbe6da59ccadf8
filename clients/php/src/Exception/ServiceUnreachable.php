<?php

declare(strict_types=1);

namespace Countersign\Exception;

/**
 * No answer, or none of a Countersign: `NETWORK_FAILED`, `TIMEOUT`, `RESPONSE_INVALID`, `JWKS_UNAVAILABLE`. No user
 * was let in.
 */
final class ServiceUnreachable extends CountersignException
{
}
