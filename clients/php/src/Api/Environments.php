<?php

declare(strict_types=1);

namespace Countersign\Api;

/** The browsers of a user that are remembered; what they are like cannot be read. */
final class Environments
{
    /**
     * @param list<array{resource: string|null, firstSeenAt: int, lastSeenAt: int}> $environments
     */
    public function __construct(
        public readonly int $count,
        public readonly array $environments,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            count: $answer->number('count'),
            environments: $answer->array('environments'),
        );
    }
}
