<?php

declare(strict_types=1);

namespace Countersign\Api;

/** For the widget of one visitor. Usable once. */
final class LoginRequest
{
    /**
     * @param int $expiresAt in milliseconds since 1970
     */
    public function __construct(
        public readonly string $loginRequest,
        public readonly int $expiresAt,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            loginRequest: $answer->text('loginRequest'),
            expiresAt: $answer->number('expiresAt'),
        );
    }
}
