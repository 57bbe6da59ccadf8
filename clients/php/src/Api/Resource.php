<?php

declare(strict_types=1);

namespace Countersign\Api;

/** A site or system to be protected, and the rules of access to it. Instants in milliseconds since 1970. */
final class Resource
{
    /**
     * @param int $failedAttemptsBeforeLock 3 to 10
     * @param string $methodPolicy `auto`, `password`, `otp` or `password-otp`
     * @param list<string> $tokenKinds whose tokens are of other kinds alone is refused, and never let off the code
     * @param list<string> $allowedOrigins exact, or one-label wildcards (`https://*.shop.example`)
     * @param int $resultLifetimeMs 10 000 to 300 000
     * @param bool $passkeySignIn whether people may sign in with a passkey alone
     * @param array<string, mixed>|null $enrolment how people set up tokens by themselves where they sign in; null: they
     *     do not
     * @param array<string, mixed>|null $selfService what people may change about themselves; null: there is no page for
     *     it
     * @param list<string> $redirectUris exact addresses that results may be posted to from the service's own page
     * @param string|null $logo SHA-256 of the logo
     * @param array<string, mixed>|null $environment null: browsers are not compared, and nothing is collected
     * @param int|null $rememberMs how long a consumed result can be built upon by a login request
     * @param string|null $testMode of a resource for tests: `pass`, `fail` or `expire`
     */
    public function __construct(
        public readonly string $id,
        public readonly string $name,
        public readonly bool $enabled,
        public readonly int $failedAttemptsBeforeLock,
        public readonly string $methodPolicy,
        public readonly array $tokenKinds,
        public readonly array $allowedOrigins,
        public readonly bool $allowLocalhost,
        public readonly int $resultLifetimeMs,
        public readonly bool $passkeySignIn,
        public readonly ?array $enrolment,
        public readonly ?array $selfService,
        public readonly array $redirectUris,
        public readonly ?string $logo,
        public readonly ?string $geoFilter,
        public readonly ?string $timeFilter,
        public readonly ?string $ipFilter,
        public readonly ?array $environment,
        public readonly ?int $rememberMs,
        public readonly int $createdAt,
        public readonly ?string $testMode,
        public readonly ?Creator $createdBy,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            id: $answer->text('id'),
            name: $answer->text('name'),
            enabled: $answer->flag('enabled'),
            failedAttemptsBeforeLock: $answer->number('failedAttemptsBeforeLock'),
            methodPolicy: $answer->text('methodPolicy'),
            tokenKinds: $answer->texts('tokenKinds'),
            allowedOrigins: $answer->texts('allowedOrigins'),
            allowLocalhost: $answer->flag('allowLocalhost'),
            resultLifetimeMs: $answer->number('resultLifetimeMs'),
            passkeySignIn: $answer->flag('passkeySignIn'),
            enrolment: $answer->optionalArray('enrolment'),
            selfService: $answer->optionalArray('selfService'),
            redirectUris: $answer->texts('redirectUris'),
            logo: $answer->optionalText('logo'),
            geoFilter: $answer->optionalText('geoFilter'),
            timeFilter: $answer->optionalText('timeFilter'),
            ipFilter: $answer->optionalText('ipFilter'),
            environment: $answer->optionalArray('environment'),
            rememberMs: $answer->optionalNumber('rememberMs'),
            createdAt: $answer->number('createdAt'),
            testMode: $answer->optionalText('testMode'),
            createdBy: $answer->creator(),
        );
    }
}
