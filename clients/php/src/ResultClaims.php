<?php

declare(strict_types=1);

namespace Countersign;

/** Who signed in, where, and how (RFC 7519). Times in seconds since 1970. */
final class ResultClaims
{
    /**
     * @param string $iss the service's public URL
     * @param string $aud the resource id
     * @param string $sub the user id. Stable: key your own records on it
     * @param string $preferredUsername the user's login. May change hands over time
     * @param string $origin of the page that embedded the widget, as the person's browser enforced it
     * @param list<string> $amr methods used, as of RFC 8176: `pwd`, `otp`, `sms`, `pin`, `hwk` or `swk` (a passkey),
     *     `user` (its device checked them), `mfa`
     * @param '1'|'2' $acr one factor, or two
     * @param int $authTime when the oldest of the factors was shown
     * @param string $jti the result's own id: it can be consumed once, by this and never by its text
     * @param string|null $txn hash of the transaction that the person confirmed. Null: they signed in
     * @param string|null $email an address to write to, if the resource asks for it. It may be unconfirmed or change
     *     hands: never find a user by it
     * @param string|null $name first and last name, if the resource asks for them
     * @param string|null $externalId the user's id in your own records, if the resource asks for it
     * @param array<string, mixed> $metadata the metadata of the user that the resource asks for; empty without any
     * @param bool $passwordBreached the password was stolen elsewhere and published, on a resource that warns: ask the
     *     user to change it
     * @param array<string, mixed> $hook what the resource's hook added; empty without any
     * @param bool $test of a test resource: no user has signed in. Only with `acceptTest`
     * @param bool $app a native app got the result by its code. Only where an app is expected
     */
    public function __construct(
        public readonly string $iss,
        public readonly string $aud,
        public readonly string $sub,
        public readonly string $preferredUsername,
        public readonly string $nonce,
        public readonly string $origin,
        public readonly array $amr,
        public readonly string $acr,
        public readonly OtpUse $otp,
        public readonly int $authTime,
        public readonly int $iat,
        public readonly int $exp,
        public readonly string $jti,
        public readonly ?string $txn = null,
        public readonly bool $test = false,
        public readonly ?string $email = null,
        public readonly ?string $name = null,
        public readonly ?string $externalId = null,
        public readonly array $metadata = [],
        public readonly bool $passwordBreached = false,
        public readonly array $hook = [],
        public readonly bool $app = false,
    ) {
    }
}
