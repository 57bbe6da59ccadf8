<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What opens the API. Instants in milliseconds since 1970. */
final class ApiKey
{
    /**
     * @param string $prefix what its text begins with
     * @param list<string> $scopes of `authenticate`, `read`, `write`, `administer`
     * @param list<string>|null $resources confined to sign-ins and results of these; null: not confined
     * @param int|null $formerUntil until when the secret before the last rotation works
     * @param int|null $lastUsedAt to within an hour
     */
    public function __construct(
        public readonly string $id,
        public readonly string $name,
        public readonly string $prefix,
        public readonly array $scopes,
        public readonly ?array $resources,
        public readonly bool $enabled,
        public readonly int $expiresAt,
        public readonly ?int $formerUntil,
        public readonly ?int $lastUsedAt,
        public readonly int $createdAt,
        public readonly ?Creator $createdBy,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            id: $answer->text('id'),
            name: $answer->text('name'),
            prefix: $answer->text('prefix'),
            scopes: $answer->texts('scopes'),
            resources: $answer->optionalArray('resources'),
            enabled: $answer->flag('enabled'),
            expiresAt: $answer->number('expiresAt'),
            formerUntil: $answer->optionalNumber('formerUntil'),
            lastUsedAt: $answer->optionalNumber('lastUsedAt'),
            createdAt: $answer->number('createdAt'),
            createdBy: $answer->creator(),
        );
    }
}
