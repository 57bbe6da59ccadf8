<?php

declare(strict_types=1);

namespace Countersign\Api;

/** Who is kept out of a resource, by country, time or network. Instants in milliseconds since 1970. */
final class Filter
{
    /**
     * @param array<string, mixed> $rule its `kind` is `geo`, `time` or `ip`
     */
    public function __construct(
        public readonly string $id,
        public readonly string $name,
        public readonly array $rule,
        public readonly int $createdAt,
        public readonly ?Creator $createdBy,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            id: $answer->text('id'),
            name: $answer->text('name'),
            rule: $answer->array('rule'),
            createdAt: $answer->number('createdAt'),
            createdBy: $answer->creator(),
        );
    }
}
