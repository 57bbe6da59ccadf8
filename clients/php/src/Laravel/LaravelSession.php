<?php

declare(strict_types=1);

namespace Countersign\Laravel;

use Countersign\Site\Session;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\StatefulGuard;
use Illuminate\Contracts\Session\Session as Store;

/** The session of Laravel, with its guard: who signs in here is `Auth::user()`. */
final class LaravelSession implements Session
{
    private const KEY = 'countersign';
    private static bool $isSigningIn = false;

    /** @param list<string> $keep names of your own values in the session that survive a sign-in and sign-out */
    public function __construct(
        private readonly Store $store,
        private readonly StatefulGuard $guard,
        private readonly array $keep = [],
    ) {
    }

    /** @internal Whether a login of the guard is of Countersign. */
    public static function isSigningIn(): bool
    {
        return self::$isSigningIn;
    }

    public function read(): array
    {
        return $this->store->get(self::KEY, []);
    }

    public function write(array $state): void
    {
        $this->store->put(self::KEY, $state);
    }

    public function renew(mixed $user): void
    {
        $kept = array_intersect_key($this->store->all(), array_flip($this->keep));
        // Also of the cookie that remembers a user.
        $this->guard->logout();
        $this->store->invalidate();
        $this->store->regenerateToken();
        $this->store->put($kept);
        if ($user instanceof Authenticatable) {
            self::$isSigningIn = true;
            try {
                $this->guard->login($user);
            } finally {
                self::$isSigningIn = false;
            }
        }
    }
}
