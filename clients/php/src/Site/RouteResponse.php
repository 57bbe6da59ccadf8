<?php

declare(strict_types=1);

namespace Countersign\Site;

/** JSON, or a redirect. Never to be stored. */
final class RouteResponse
{
    /**
     * @param array<string, mixed> $body
     * @param array<string, string> $headers
     */
    public function __construct(
        public readonly int $status,
        public readonly array $body,
        public readonly array $headers = ['Cache-Control' => 'no-store'],
    ) {
    }

    public function json(): string
    {
        return json_encode((object) $this->body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
    }

    public static function redirect(string $path): self
    {
        return new self(303, [], ['Cache-Control' => 'no-store', 'Location' => $path]);
    }
}
