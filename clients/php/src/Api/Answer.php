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
        return $this->optionalFlag($name) ?? throw self::unexpected($name);
    }

    public function optionalFlag(string $name): ?bool
    {
        $value = $this->raw($name);
        return $value === null || is_bool($value) ? $value : throw self::unexpected($name);
    }

    /** @return array<array-key, mixed> */
    public function map(string $name): array
    {
        return $this->optionalMap($name) ?? throw self::unexpected($name);
    }

    /** @return array<array-key, mixed>|null */
    public function optionalMap(string $name): ?array
    {
        return $this->optionalArray($name);
    }

    /** @return list<string> */
    public function texts(string $name): array
    {
        return $this->optionalTexts($name) ?? throw self::unexpected($name);
    }

    /** @return list<string>|null */
    public function optionalTexts(string $name): ?array
    {
        $values = $this->optionalArray($name);
        if ($values === null) {
            return null;
        }
        return $values === array_values(array_filter($values, is_string(...))) ? $values : throw self::unexpected($name);
    }

    /**
     * @template Item of object
     * @param callable(self): Item $read
     * @return Item
     */
    public function object(string $name, callable $read): object
    {
        return $this->optionalObject($name, $read) ?? throw self::unexpected($name);
    }

    /**
     * @template Item of object
     * @param callable(self): Item $read
     * @return Item|null
     */
    public function optionalObject(string $name, callable $read): ?object
    {
        $value = $this->optionalArray($name);
        return $value === null ? null : $read(new self($value));
    }

    /**
     * @template Item of object
     * @param callable(self): Item $read
     * @return list<Item>
     */
    public function objects(string $name, callable $read): array
    {
        return $this->optionalObjects($name, $read) ?? throw self::unexpected($name);
    }

    /**
     * @template Item of object
     * @param callable(self): Item $read
     * @return list<Item>|null
     */
    public function optionalObjects(string $name, callable $read): ?array
    {
        $values = $this->optionalArray($name);
        return $values === null ? null : array_map(
            static fn (mixed $item) => is_array($item) ? $read(new self($item)) : throw self::unexpected($name),
            array_values($values),
        );
    }

    /** @return array<array-key, mixed>|null */
    private function optionalArray(string $name): ?array
    {
        $value = $this->raw($name);
        return $value === null || is_array($value) ? $value : throw self::unexpected($name);
    }

    public static function unexpected(string $what): ServiceUnreachable
    {
        return new ServiceUnreachable('RESPONSE_INVALID', "The answer is not what was asked for: {$what}.");
    }
}
