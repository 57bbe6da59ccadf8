<?php

declare(strict_types=1);

namespace Countersign;

/** What ties a result to one visitor's sign-in. */
final class Nonce
{
    /** As the service takes them: long enough to be unguessable, nothing that needs escaping. */
    private const SHAPE = '/\A[A-Za-z0-9_.~-]{16,256}\z/';

    /**
     * A nonce for one sign-in: 192 random bits as 32 characters of base64url. Keep it in the visitor's session, give it
     * to the widget, and take it out of the session when the result comes back, before verifying.
     */
    public static function create(): string
    {
        return strtr(base64_encode(random_bytes(24)), '+/', '-_');
    }

    /** @internal Whether a result of this nonce may be compared with it at all. */
    public static function isUsable(?string $nonce): bool
    {
        return $nonce !== null && preg_match(self::SHAPE, $nonce) === 1;
    }
}
