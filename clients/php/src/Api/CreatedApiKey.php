<?php

declare(strict_types=1);

namespace Countersign\Api;

/** A new API key, or one with another secret. */
final class CreatedApiKey
{
    /**
     * @param string $text the key itself. Shown this once and never again
     */
    public function __construct(
        public readonly ApiKey $key,
        public readonly string $text,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            key: ApiKey::from($answer->object('key')),
            text: $answer->text('text'),
        );
    }
}
