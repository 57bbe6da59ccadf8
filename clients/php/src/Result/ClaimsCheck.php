<?php

declare(strict_types=1);

namespace Countersign\Result;

use Countersign\Exception\ResultRefused;
use Countersign\Nonce;
use Countersign\OtpUse;
use Countersign\ResultClaims;

/** @internal Whether claims are those of a result for this resource, this sign-in and this moment. */
final class ClaimsCheck
{
    public function __construct(
        private readonly string $issuer,
        private readonly string $resource,
        private readonly int $clockToleranceS,
        private readonly int $maxLifetimeS,
    ) {
    }

    /**
     * The claims of a payload whose signature is right.
     *
     * @param array<array-key, mixed> $payload
     */
    public function check(array $payload, Expected $expected, int $nowS): ResultClaims
    {
        $reader = new ClaimsReader($payload);
        self::refuseUnless(
            $reader->raw('iss') === $this->issuer,
            'RESULT_ISSUER_WRONG',
            'The result is of another service.',
        );
        // Exactly one audience: in a list, another site could use the result too.
        self::refuseUnless(
            $reader->raw('aud') === $this->resource,
            'RESULT_AUDIENCE_WRONG',
            'The result is for another resource.',
        );
        $this->checkTimes($reader, $nowS);
        self::checkNonce($reader->raw('nonce'), $expected->nonce);

        $claims = $reader->all();
        self::refuseUnless(
            $claims->authTime <= $claims->iat + $this->clockToleranceS,
            'RESULT_CLAIMS_INVALID',
            'The result is older than the sign-in it reports.',
        );
        self::checkTransaction($claims->txn, $expected->transaction);
        $this->checkDemands($claims, $expected, $nowS);
        return $claims;
    }

    /**
     * The claims of the service's own answer to a consumption. Signature and time are its business then; that it speaks
     * of the resource and nonce in question is checked all the same.
     *
     * @param array<array-key, mixed> $answer
     */
    public static function consumed(array $answer, string $resource, Expected $expected): ResultClaims
    {
        $claims = (new ClaimsReader($answer))->all();
        self::refuseUnless(
            !$claims->test || $expected->acceptTest,
            'RESULT_TEST_REFUSED',
            'The result comes from a test resource.',
        );
        self::refuseUnless(
            $claims->aud === $resource,
            'RESULT_AUDIENCE_WRONG',
            'The result is for another resource.',
        );
        self::refuseUnless(
            hash_equals($expected->nonce ?? '', $claims->nonce),
            'RESULT_NONCE_WRONG',
            'The result is not of this sign-in.',
        );
        self::checkTransaction($claims->txn, $expected->transaction);
        self::checkOrigin($claims, $expected);
        return $claims;
    }

    private function checkTimes(ClaimsReader $reader, int $nowS): void
    {
        $exp = $reader->instant('exp');
        $iat = $reader->instant('iat');
        self::refuseUnless(
            $exp > $iat && $exp - $iat <= $this->maxLifetimeS,
            'RESULT_LIFETIME_WRONG',
            "A result lives at most {$this->maxLifetimeS} s.",
        );
        self::refuseUnless($nowS < $exp + $this->clockToleranceS, 'RESULT_EXPIRED', 'The result has expired.');
        $notBefore = $reader->has('nbf') ? max($iat, $reader->instant('nbf')) : $iat;
        self::refuseUnless(
            $notBefore <= $nowS + $this->clockToleranceS,
            'RESULT_NOT_YET_VALID',
            'The result is of the future.',
        );
    }

    private static function checkNonce(mixed $given, ?string $expected): void
    {
        self::refuseUnless(
            // What is expected is looked at too: a session that has lost its nonce must not match a result without one.
            is_string($given) && $expected !== null && Nonce::isUsable($expected) && hash_equals($expected, $given),
            'RESULT_NONCE_WRONG',
            'The result is not of this sign-in.',
        );
    }

    /**
     * Neither stands for the other: a sign-in confirms nothing, and a user who confirmed a payment did not ask to be
     * signed in.
     */
    private static function checkTransaction(?string $given, ?string $expected): void
    {
        self::refuseUnless(
            $given === null || $expected !== null,
            'RESULT_TRANSACTION_UNEXPECTED',
            'The result confirms a transaction, and a sign-in is asked for.',
        );
        self::refuseUnless(
            $given === $expected,
            'RESULT_TRANSACTION_WRONG',
            'The result does not confirm this transaction.',
        );
    }

    /** Of an app or of a page, as expected: with a nonce of another session, either would sign a thief in to the other. */
    private static function checkOrigin(ResultClaims $claims, Expected $expected): void
    {
        self::refuseUnless(
            !$claims->app || $expected->app,
            'RESULT_APP_UNEXPECTED',
            'The sign-in was for a native app, and a page is expected.',
        );
        self::refuseUnless(
            $claims->app || !$expected->app,
            'RESULT_APP_REQUIRED',
            'The sign-in was on a page, and a native app is expected.',
        );
        self::refuseUnless(
            $expected->origin === null || $claims->origin === $expected->origin,
            'RESULT_ORIGIN_WRONG',
            "The sign-in happened on \"{$claims->origin}\", and \"{$expected->origin}\" is expected.",
        );
    }

    private function checkDemands(ResultClaims $claims, Expected $expected, int $nowS): void
    {
        self::checkOrigin($claims, $expected);
        self::refuseUnless(
            !$expected->requireOtp || $claims->otp === OtpUse::Verified,
            'RESULT_OTP_REQUIRED',
            'No one-time password was checked in this sign-in.',
        );
        self::refuseUnless(
            $expected->acr !== '2' || $claims->acr === '2',
            'RESULT_ACR_REQUIRED',
            'This sign-in had one factor, and two are asked for.',
        );
        $ageMs = ($nowS - $claims->authTime - $this->clockToleranceS) * 1000;
        self::refuseUnless(
            $expected->maxAgeMs === null || $ageMs <= $expected->maxAgeMs,
            'RESULT_TOO_OLD',
            'The person has shown a factor of this sign-in too long ago.',
        );
    }

    private static function refuseUnless(bool $holds, string $code, string $message): void
    {
        if (!$holds) {
            throw new ResultRefused($code, $message);
        }
    }
}
