<?php

declare(strict_types=1);

namespace Countersign\Api;

/**
 * With a key that may `administer`. To create: `name`, `scopes`, and perhaps `resources` and `lifetimeMs` (a year).
 *
 * @extends Collection<ApiKey, CreatedApiKey>
 */
final class ApiKeys extends Collection
{
    /** Another secret, shown once; the one before works on for the overlap. Never repeated by itself. */
    public function rotate(string $id, int $overlapMs): CreatedApiKey
    {
        $body = ['overlapMs' => $overlapMs];
        return $this->readCreated($this->transport->send(Kind::Once, 'POST', $this->pathOf($id, '/rotate'), $body));
    }

    protected function read(Answer $answer): ApiKey
    {
        return ApiKey::from($answer);
    }

    protected function readCreated(Answer $answer): CreatedApiKey
    {
        return CreatedApiKey::from($answer);
    }
}
