<?php

declare(strict_types=1);

namespace Countersign\Api;

/** Somebody who signs in. Instants in milliseconds since 1970. */
final class User
{
    /**
     * @param bool $apiSupport whether `authenticate` lets them in; the widget asks nobody for it
     * @param list<UserAssignment> $assignments
     */
    public function __construct(
        public readonly string $id,
        public readonly string $login,
        public readonly ?string $alias,
        public readonly ?string $email,
        public readonly ?string $phone,
        public readonly ?string $firstName,
        public readonly ?string $secondName,
        public readonly bool $blocked,
        public readonly bool $hasPassword,
        public readonly bool $apiSupport,
        public readonly array $assignments,
        public readonly int $createdAt,
        public readonly ?Creator $createdBy,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            id: $answer->text('id'),
            login: $answer->text('login'),
            alias: $answer->optionalText('alias'),
            email: $answer->optionalText('email'),
            phone: $answer->optionalText('phone'),
            firstName: $answer->optionalText('firstName'),
            secondName: $answer->optionalText('secondName'),
            blocked: $answer->flag('blocked'),
            hasPassword: $answer->flag('hasPassword'),
            apiSupport: $answer->flag('apiSupport'),
            assignments: array_map(UserAssignment::from(...), $answer->objects('assignments')),
            createdAt: $answer->number('createdAt'),
            createdBy: $answer->creator(),
        );
    }
}
