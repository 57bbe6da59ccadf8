<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What became of one row of many that were sent together. */
final class RowOutcome
{
    /**
     * @param int $status what the request for this row alone would have been answered with
     * @param list<array{path: string, message: string}>|null $errors
     * @param string|null $secret of a token, in this answer alone, as the two that follow
     * @param list<string>|null $recoveryCodes
     */
    public function __construct(
        public readonly int $status,
        public readonly ?string $key,
        public readonly ?string $id,
        public readonly ?string $code,
        public readonly ?string $detail,
        public readonly ?array $errors,
        public readonly ?int $retryAfterMs,
        public readonly ?string $secret,
        public readonly ?string $otpauthUri,
        public readonly ?array $recoveryCodes,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            status: $answer->number('status'),
            key: $answer->optionalText('key'),
            id: $answer->optionalText('id'),
            code: $answer->optionalText('code'),
            detail: $answer->optionalText('detail'),
            errors: $answer->optionalArray('errors'),
            retryAfterMs: $answer->optionalNumber('retryAfterMs'),
            secret: $answer->optionalText('secret'),
            otpauthUri: $answer->optionalText('otpauthUri'),
            recoveryCodes: $answer->optionalArray('recoveryCodes'),
        );
    }
}
