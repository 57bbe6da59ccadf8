<?php

declare(strict_types=1);

namespace Countersign\Keys;

/**
 * Where the service's public keys are kept from one request of your site to the next.
 *
 * Anyone who can write there can sign any user in: no place that other people or programs share, and nothing that is
 * filled from outside. `FileKeyCache` keeps them in a folder; for APCu or Redis these two methods are all there is to
 * write.
 */
interface KeyCache
{
    /** What was last written under that name (letters, digits and dashes), or null. */
    public function read(string $name): ?string;

    /** Keeps a text of at most 100 kB, for two hours or longer. May lose it: the keys are fetched again then. */
    public function write(string $name, string $value): void;
}
