<?php

declare(strict_types=1);

namespace Countersign\Http;

use Countersign\Secret;

/**
 * One request whose answer is small and comes soon, or not at all. Its headers and body hold keys and passwords, so no
 * dump of it shows them, also where it is an argument in the trace of an exception.
 */
final class HttpRequest
{
    /** @var Secret<array{array<string, string>, string|null}> */
    private readonly Secret $content;

    /**
     * @param array<string, string> $headers names in lower case
     * @param int $timeoutMs for all of it, the body of the answer too
     * @param bool $once whether a second arrival of it would count twice
     */
    public function __construct(
        public readonly string $method,
        public readonly string $url,
        #[\SensitiveParameter]
        array $headers,
        #[\SensitiveParameter]
        ?string $body,
        public readonly int $timeoutMs,
        public readonly int $maxBytes,
        public readonly bool $once,
    ) {
        $this->content = new Secret([$headers, $body]);
    }

    /** @return array<string, string> names in lower case */
    public function headers(): array
    {
        return $this->content->reveal()[0];
    }

    public function body(): ?string
    {
        return $this->content->reveal()[1];
    }
}
