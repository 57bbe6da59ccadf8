<?php

declare(strict_types=1);

namespace Countersign\Keys;

/** @internal What is known of a key set, as it lies in the cache. Instants in milliseconds since 1970. */
final class KeySetState
{
    /** @param string|null $keys the JWK set as it was fetched */
    public function __construct(
        public readonly ?string $keys = null,
        public readonly ?int $fetchedAt = null,
        public readonly ?int $attemptedAt = null,
        public readonly int $failures = 0,
    ) {
    }

    /** Whatever is not of our making counts as nothing. */
    public static function read(?string $text): self
    {
        $value = json_decode($text ?? '', true, 4);
        [$keys, $fetchedAt, $attemptedAt, $failures] = is_array($value) && array_is_list($value) && count($value) === 4
            ? $value
            : [null, null, null, 0];
        $isOurs = (is_string($keys) ? is_int($fetchedAt) : $keys === null && $fetchedAt === null)
            && (is_int($attemptedAt) || $attemptedAt === null)
            && is_int($failures)
            && $failures >= 0;
        return $isOurs ? new self($keys, $fetchedAt, $attemptedAt, $failures) : new self();
    }

    public function write(): string
    {
        return json_encode([$this->keys, $this->fetchedAt, $this->attemptedAt, $this->failures], JSON_THROW_ON_ERROR);
    }

    public function attempted(int $at): self
    {
        return new self($this->keys, $this->fetchedAt, $at, $this->failures);
    }

    public function failed(int $startedAt): self
    {
        return new self($this->keys, $this->fetchedAt, $startedAt, $this->failures + 1);
    }
}
