<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What is still to do until the first person can sign in. */
final class Checklist
{
    /**
     * @param list<array{item: string, done: bool, hint: string}> $items
     */
    public function __construct(
        public readonly array $items,
        public readonly bool $done,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            items: $answer->array('items'),
            done: $answer->flag('done'),
        );
    }
}
