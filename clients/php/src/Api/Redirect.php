<?php

declare(strict_types=1);

namespace Countersign\Api;

/** The service's own page, for one visitor. */
final class Redirect
{
    /**
     * @param string $signInUrl where to send the person, within two minutes. Anyone who has it can sign in, once
     */
    public function __construct(
        public readonly string $loginRequest,
        public readonly string $signInUrl,
        public readonly int $expiresAt,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            loginRequest: $answer->text('loginRequest'),
            signInUrl: $answer->text('signInUrl'),
            expiresAt: $answer->number('expiresAt'),
        );
    }
}
