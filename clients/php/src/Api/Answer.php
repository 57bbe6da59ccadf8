<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Exception\ServiceUnreachable;

/**
 * @internal An answer of the service, or an object in it. A member that is not of its type means that something else
 *     has answered; members that this version does not know are passed over.
 */
final class Answer
{
    /** @param array<array-key, mixed> $members */
    public function __construct(private readonly array $members)
    {
    }

    /** @return array<array-key, mixed> */
    public function members(): array
    {
        return $this->members;
    }

    public function raw(string $name): mixed
    {
        return $this->members[$name] ?? null;
    }

    public function text(string $name): string
    {
        return $this->optionalText($name) ?? throw self::unexpected($name);
    }

    public function optionalText(string $name): ?string
    {
        $value = $this->raw($name);
        return $value === null || is_string($value) ? $value : throw self::unexpected($name);
    }

    public function number(string $name): int
    {
        return $this->optionalNumber($name) ?? throw self::unexpected($name);
    }

    public function optionalNumber(string $name): ?int
    {
        $value = $this->raw($name);
        return $value === null || is_int($value) ? $value : throw self::unexpected($name);
    }

    public function flag(string $name): bool
    {
        $value = $this->raw($name);
        return is_bool($value) ? $value : throw self::unexpected($name);
    }

    /** @return array<array-key, mixed> */
    public function array(string $name): array
    {
        return $this->optionalArray($name) ?? throw self::unexpected($name);
    }

    /** @return array<array-key, mixed>|null */
    public function optionalArray(string $name): ?array
    {
        $value = $this->raw($name);
        return $value === null || is_array($value) ? $value : throw self::unexpected($name);
    }

    /** @return list<string> */
    public function texts(string $name): array
    {
        $values = array_values($this->array($name));
        return $values === array_filter($values, is_string(...)) ? $values : throw self::unexpected($name);
    }

    public function object(string $name): self
    {
        return new self($this->array($name));
    }

    /** @return list<self> */
    public function objects(string $name): array
    {
        return array_map(
            static fn (mixed $item) => is_array($item) ? new self($item) : throw self::unexpected($name),
            array_values($this->array($name)),
        );
    }

    public function creator(): ?Creator
    {
        $creator = $this->optionalArray('createdBy');
        return $creator === null ? null : Creator::from(new self($creator));
    }

    public static function unexpected(string $what): ServiceUnreachable
    {
        return new ServiceUnreachable('RESPONSE_INVALID', "The answer is not what was asked for: {$what}.");
    }
}
