<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Exception\CountersignException;

/** To a resource: a user alone, a user together with a token, or a token directly. */
final class Assignments
{
    /** @internal */
    public function __construct(private readonly Transport $transport)
    {
    }

    /**
     * Sent with an Idempotency-Key of its own.
     *
     * @throws CountersignException
     */
    public function create(string $resource, ?string $user = null, ?string $token = null): void
    {
        $answer = $this->transport->send(
            Kind::Creation,
            'POST',
            '/assignments',
            self::named($resource, $user, $token),
        );
        if ($answer->text('resource') !== $resource) {
            throw Answer::unexpected('the assignment');
        }
    }

    /**
     * Up to 500 at once, each with its own outcome, in their order.
     *
     * @param list<array{resource: string, user?: string, token?: string, key?: string}> $rows
     * @return list<RowOutcome>
     * @throws CountersignException
     */
    public function createMany(array $rows): array
    {
        return Rows::create($this->transport, '/assignments', $rows);
    }

    /**
     * Never repeated by itself.
     *
     * @throws CountersignException
     */
    public function delete(string $resource, ?string $user = null, ?string $token = null): void
    {
        $query = self::named($resource, $user, $token);
        $this->transport->send(Kind::Once, 'DELETE', '/assignments', query: $query);
    }

    /** @return array<string, string> */
    private static function named(string $resource, ?string $user, ?string $token): array
    {
        $assignment = ['resource' => $resource, 'user' => $user, 'token' => $token];
        return array_filter($assignment, static fn (?string $id) => $id !== null);
    }
}
