<?php

declare(strict_types=1);

namespace Countersign\Keys;

use Countersign\Clock;
use Countersign\Exception\ServiceUnreachable;
use Countersign\Http\HttpClient;
use Countersign\Http\HttpFailure;
use Countersign\Http\HttpRequest;

/**
 * @internal The service's published keys, fetched when first needed, and what is known of fetching them. All of that is
 *     in the cache, since under PHP-FPM every request is a program of its own: without it an attacker's invented key
 *     names would be a fetch each.
 */
final class KeySet
{
    private const MAX_BYTES = 64 * 1024;
    private const FIRST_RETRY_MS = 1000;

    private readonly string $name;
    /** @var array{string, PublishedKeys}|null the last text that was read, and the keys in it */
    private ?array $parsed = null;

    /**
     * @param int $cacheMs how long fetched keys serve without asking again
     * @param int $maxStaleMs how much longer they serve while asking again fails
     * @param int $cooldownMs at most one fetch in this time for names of keys that are not there
     */
    public function __construct(
        private readonly string $url,
        private readonly HttpClient $http,
        private readonly Clock $clock,
        private readonly KeyCache $cache,
        private readonly int $cacheMs,
        private readonly int $maxStaleMs,
        private readonly int $cooldownMs,
        private readonly int $timeoutMs,
    ) {
        $this->name = 'keys-' . substr(hash('sha256', $url), 0, 32);
    }

    /**
     * The key of that name, or null if the service has none.
     *
     * @throws ServiceUnreachable `JWKS_UNAVAILABLE` when that cannot be found out
     */
    public function find(string $kid): ?PublishedKey
    {
        $state = $this->recall();
        if ($this->since($state->fetchedAt) >= $this->cacheMs) {
            $state = $this->refresh($state, $this->isBeingFetched($state) ? $this->timeoutMs : 0);
        }
        if ($this->since($state->fetchedAt) >= $this->cacheMs + $this->maxStaleMs) {
            throw self::unavailable();
        }
        $known = $this->keysOf($state)?->find($kid);
        if ($known !== null) {
            return $known;
        }
        // A new key, perhaps. Or an attacker's invention, which must not make us ask each time.
        $state = $this->refresh($state, $this->cooldownMs);
        $found = $this->keysOf($state)?->find($kid);
        if ($found === null && $state->failures > 0) {
            throw self::unavailable();
        }
        return $found;
    }

    /** Whether another process asks for them at this moment, and those that are here can serve until then. */
    private function isBeingFetched(KeySetState $state): bool
    {
        return $state->fetchedAt !== null
            && $state->attemptedAt > $state->fetchedAt
            && $this->since($state->fetchedAt) < $this->cacheMs + $this->maxStaleMs;
    }

    /** After failures ever less often, up to the cooldown. */
    private function refresh(KeySetState $state, int $minimumWaitMs): KeySetState
    {
        $backoffMs = $state->failures === 0
            ? 0
            : min($this->cooldownMs, self::FIRST_RETRY_MS * 2 ** min(20, $state->failures - 1));
        if ($this->since($state->attemptedAt) < max($minimumWaitMs, $backoffMs)) {
            return $state;
        }
        $startedAt = $this->clock->nowMs();
        $this->keep($state->attempted($startedAt));
        try {
            $text = $this->fetch();
            $this->parsed = [$text, PublishedKeys::read($text)];
            $after = new KeySetState($text, $this->clock->nowMs(), $startedAt, 0);
        } catch (HttpFailure | \UnexpectedValueException) {
            $meanwhile = $this->recall();
            if ($meanwhile->fetchedAt !== null && $meanwhile->fetchedAt >= $startedAt) {
                return $meanwhile; // another process got them
            }
            $after = $meanwhile->failed($startedAt);
        }
        $this->keep($after);
        return $after;
    }

    private function fetch(): string
    {
        $answer = $this->http->send(new HttpRequest(
            method: 'GET',
            url: $this->url,
            headers: ['accept' => 'application/jwk-set+json, application/json'],
            body: null,
            timeoutMs: $this->timeoutMs,
            maxBytes: self::MAX_BYTES,
            once: false,
        ));
        if ($answer->status !== 200) {
            throw new \UnexpectedValueException("The answer has status {$answer->status}.");
        }
        return $answer->body;
    }

    private function keysOf(KeySetState $state): ?PublishedKeys
    {
        if ($state->keys === null) {
            return null;
        }
        if ($this->parsed === null || $this->parsed[0] !== $state->keys) {
            $this->parsed = [$state->keys, PublishedKeys::read($state->keys)];
        }
        return $this->parsed[1];
    }

    /** A clock that went backwards makes everything old, so that nothing is trusted for longer because of it. */
    private function since(?int $at): int
    {
        $elapsed = $at === null ? -1 : $this->clock->nowMs() - $at;
        return $elapsed < 0 ? PHP_INT_MAX : $elapsed;
    }

    private function recall(): KeySetState
    {
        $state = KeySetState::read($this->cache->read($this->name));
        try {
            $this->keysOf($state);
            return $state;
        } catch (\UnexpectedValueException) {
            return new KeySetState(); // something else has been put there
        }
    }

    private function keep(KeySetState $state): void
    {
        $this->cache->write($this->name, $state->write());
    }

    private static function unavailable(): ServiceUnreachable
    {
        return new ServiceUnreachable(
            'JWKS_UNAVAILABLE',
            "The service's public keys cannot be fetched right now.",
        );
    }
}
