<?php

declare(strict_types=1);

namespace Countersign\Api;

/** @template Item of object */
final class Page
{
    /**
     * @param list<Item> $items
     * @param string|null $next where the next page begins; null on the last
     */
    public function __construct(
        public readonly array $items,
        public readonly ?string $next,
    ) {
    }
}
