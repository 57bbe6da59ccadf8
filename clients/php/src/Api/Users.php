<?php

declare(strict_types=1);

namespace Countersign\Api;

/**
 * People. To create: `login`, and perhaps `alias`, `email`, `phone`, `firstName`, `secondName`, `password` or
 * `passwordHash`, `apiSupport`; to change also `blocked`. A list is asked for by `search`, `sort`, `order`, `blocked`,
 * `resource`, `limit`.
 *
 * @extends Collection<User, User>
 */
final class Users extends Collection
{
    /**
     * Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is; a `key` of a
     * row has it done once, however often it is sent.
     *
     * @param list<array<string, mixed>> $rows
     * @return list<RowOutcome>
     */
    public function createMany(#[\SensitiveParameter] array $rows): array
    {
        return Rows::create($this->transport, $this->path, $rows);
    }

    /** How many of their browsers are remembered, where and since when. */
    public function environments(string $id): Environments
    {
        $path = $this->pathOf($id, '/environments');
        return Environments::from($this->transport->send(Kind::Read, 'GET', $path));
    }

    /** Forgets all of them. */
    public function forgetEnvironments(string $id): void
    {
        $this->transport->send(Kind::Once, 'DELETE', $this->pathOf($id, '/environments'));
    }

    protected function read(Answer $answer): User
    {
        return User::from($answer);
    }
}
