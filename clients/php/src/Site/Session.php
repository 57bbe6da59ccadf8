<?php

declare(strict_types=1);

namespace Countersign\Site;

/** The visitor's session, as the routes use it. */
interface Session
{
    /** @return array<string, mixed> what the routes keep in it: empty at first */
    public function read(): array;

    /** @param array<string, mixed> $state */
    public function write(array $state): void;

    /**
     * Gives the session a new id and makes the old one worthless, drops everything but what the site keeps, and signs in
     * this user of the site, or with null no user.
     */
    public function renew(mixed $user): void;
}
