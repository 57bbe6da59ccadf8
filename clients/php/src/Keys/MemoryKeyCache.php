<?php

declare(strict_types=1);

namespace Countersign\Keys;

/** For as long as the process lives: enough for workers and commands; under PHP-FPM that is one request. */
final class MemoryKeyCache implements KeyCache
{
    /** @var array<string, string> */
    private array $values = [];

    public function read(string $name): ?string
    {
        return $this->values[$name] ?? null;
    }

    public function write(string $name, string $value): void
    {
        $this->values[$name] = $value;
    }
}
