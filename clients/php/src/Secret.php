<?php

declare(strict_types=1);

namespace Countersign;

/**
 * @internal What no dump, export, trace or serialisation of an object that holds it shows.
 *
 * @template Value
 */
final class Secret
{
    /** @var \WeakMap<self, mixed>|null */
    private static ?\WeakMap $values = null;

    /** @param Value $value */
    public function __construct(#[\SensitiveParameter] mixed $value)
    {
        self::$values ??= new \WeakMap();
        self::$values[$this] = $value;
    }

    /** @return Value */
    public function reveal(): mixed
    {
        return self::$values[$this] ?? throw new \LogicException('A copy of a secret holds nothing.');
    }

    /** @return never */
    public function __serialize(): array
    {
        throw new \LogicException('Secrets are not serialised.');
    }

    private function __clone()
    {
    }
}
