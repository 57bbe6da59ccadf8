<?php

declare(strict_types=1);

namespace Countersign\Http;

/** One request whose answer is small and comes soon, or not at all. */
final class HttpRequest
{
    /**
     * @param array<string, string> $headers names in lower case
     * @param int $timeoutMs for all of it, the body of the answer too
     * @param bool $once whether a second arrival of it would count twice
     */
    public function __construct(
        public readonly string $method,
        public readonly string $url,
        #[\SensitiveParameter]
        public readonly array $headers,
        #[\SensitiveParameter]
        public readonly ?string $body,
        public readonly int $timeoutMs,
        public readonly int $maxBytes,
        public readonly bool $once,
    ) {
    }
}
