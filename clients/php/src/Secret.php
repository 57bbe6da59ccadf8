<?php

declare(strict_types=1);

namespace Countersign;

/** @internal A text that no dump, export, trace or serialisation of an object that holds it shows. */
final class Secret
{
    /** @var \WeakMap<self, string>|null */
    private static ?\WeakMap $texts = null;

    public function __construct(#[\SensitiveParameter] string $text)
    {
        self::$texts ??= new \WeakMap();
        self::$texts[$this] = $text;
    }

    public function reveal(): string
    {
        return self::$texts[$this] ?? throw new \LogicException('A copy of a secret holds nothing.');
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
