<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What a user may enter one resource with: alone, together with one of these tokens, or both. */
final class UserAssignment
{
    /**
     * @param list<string> $tokens ids
     */
    public function __construct(
        public readonly string $resource,
        public readonly bool $alone,
        public readonly array $tokens,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            resource: $answer->text('resource'),
            alone: $answer->flag('alone'),
            tokens: $answer->texts('tokens'),
        );
    }
}
