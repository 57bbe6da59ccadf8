<?php

declare(strict_types=1);

namespace App;

use Illuminate\Foundation\Auth\User as Authenticatable;

/** The table of users: id, name, password, countersign_id, blocked. */
final class User extends Authenticatable
{
    public $timestamps = false;

    public static function isAllowed(self $user): bool
    {
        return !$user->blocked;
    }
}
