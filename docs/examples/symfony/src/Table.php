<?php

declare(strict_types=1);

namespace App;

use Countersign\ResultClaims;
use Countersign\Site\Users;

/** This site's own table: id, name, password, countersign_id, blocked. */
final class Table implements Users
{
    private readonly \PDO $database;

    public function __construct(string $file)
    {
        $this->database = new \PDO("sqlite:{$file}");
    }

    /** The user with that value, unless blocked. */
    public function find(string $column, string $value): ?array
    {
        $found = $this->database->prepare("SELECT * FROM users WHERE {$column} = ? AND NOT blocked");
        $found->execute([$value]);
        return $found->fetch(\PDO::FETCH_ASSOC) ?: null;
    }

    public function ofResult(ResultClaims $claims): ?array
    {
        return $this->find('countersign_id', $claims->sub);
    }

    public function byId(string $id): ?array
    {
        return $this->find('id', $id);
    }

    public function idOf(mixed $user): string
    {
        return (string) $user['id'];
    }

    public function passwordOf(mixed $user): ?string
    {
        return $user['password'];
    }
}
