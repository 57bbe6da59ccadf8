<?php

declare(strict_types=1);

namespace Countersign;

/** The time of this machine. */
final class SystemClock implements Clock
{
    public function nowMs(): int
    {
        return (int) floor(microtime(true) * 1000);
    }

    public function sleepMs(int $ms): void
    {
        usleep($ms * 1000);
    }
}
