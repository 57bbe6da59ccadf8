<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What would be decided about a sign-in, and why. */
final class Explanation
{
    /**
     * @param list<array<string, mixed>> $checks in order; the first that did not pass decided
     * @param array{password: bool, otp: bool, otpSkipped: bool}|null $factors what the person has to show; null where
     *     nothing helps
     * @param array{granted: bool, otp?: string, code?: string} $verdict
     */
    public function __construct(
        public readonly string $resource,
        public readonly string $method,
        public readonly int $at,
        public readonly array $checks,
        public readonly ?array $factors,
        public readonly array $verdict,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            resource: $answer->text('resource'),
            method: $answer->text('method'),
            at: $answer->number('at'),
            checks: $answer->array('checks'),
            factors: $answer->optionalArray('factors'),
            verdict: $answer->array('verdict'),
        );
    }
}
