<?php

declare(strict_types=1);

namespace Countersign;

/** What time it is, and letting some of it pass. */
interface Clock
{
    /** Milliseconds since 1970. */
    public function nowMs(): int;

    public function sleepMs(int $ms): void;
}
