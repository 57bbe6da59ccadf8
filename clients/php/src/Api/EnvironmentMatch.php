<?php

declare(strict_types=1);

namespace Countersign\Api;

/** How far a browser matches those of a person. A soft signal, no factor. */
final class EnvironmentMatch
{
    /**
     * @param int|null $percent null where none is remembered
     */
    public function __construct(
        public readonly ?int $percent,
        public readonly bool $fits,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            percent: $answer->optionalNumber('percent'),
            fits: $answer->flag('fits'),
        );
    }
}
