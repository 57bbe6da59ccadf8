<?php

declare(strict_types=1);

namespace Countersign\Site;

use Countersign\ResultClaims;

/** Of a site without a table of users: a user is who Countersign says, by its id. */
final class CountersignUsers implements Users
{
    public function ofResult(ResultClaims $claims): string
    {
        return $claims->sub;
    }

    public function byId(string $id): string
    {
        return $id;
    }

    public function idOf(mixed $user): string
    {
        return (string) $user;
    }

    public function passwordOf(mixed $user): string
    {
        return '';
    }
}
