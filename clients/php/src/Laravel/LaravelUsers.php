<?php

declare(strict_types=1);

namespace Countersign\Laravel;

use Countersign\ResultClaims;
use Countersign\Site\Users;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\UserProvider;

/** The users of the guard's provider. */
final class LaravelUsers implements Users
{
    /**
     * @param string $column of the user's id at Countersign (`usr_...`)
     * @param (\Closure(Authenticatable): bool)|null $isAllowed false for a user who is blocked
     */
    public function __construct(
        private readonly UserProvider $provider,
        private readonly string $column,
        private readonly ?\Closure $isAllowed = null,
    ) {
    }

    public function ofResult(ResultClaims $claims): ?Authenticatable
    {
        return $this->unlessBlocked($this->provider->retrieveByCredentials([$this->column => $claims->sub]));
    }

    public function byId(string $id): ?Authenticatable
    {
        return $this->unlessBlocked($this->provider->retrieveById($id));
    }

    public function idOf(mixed $user): string
    {
        return (string) $user->getAuthIdentifier();
    }

    public function passwordOf(mixed $user): string
    {
        return (string) $user->getAuthPassword();
    }

    private function unlessBlocked(?Authenticatable $user): ?Authenticatable
    {
        return $user !== null && $this->isAllowed !== null && !($this->isAllowed)($user) ? null : $user;
    }
}
