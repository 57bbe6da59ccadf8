<?php

declare(strict_types=1);

namespace Countersign\Site;

use Countersign\ResultClaims;

/** The site's own users. */
interface Users
{
    /** The user that signed in, or null to refuse them. */
    public function ofResult(ResultClaims $claims): mixed;

    /** The user as they are now, or null if they are deleted or blocked. */
    public function byId(string $id): mixed;

    /** Their key in the site's own table. */
    public function idOf(mixed $user): string;

    /** What changes with the password, such as its hash; empty or null without one. A digest of it is kept. */
    public function passwordOf(mixed $user): ?string;
}
