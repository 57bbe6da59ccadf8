<?php

declare(strict_types=1);

namespace Countersign\Keys;

use Countersign\Result\StrictJson;

/** @internal The usable keys of a JWK set (RFC 7517 5). */
final class PublishedKeys
{
    private const MAX_KEYS = 32;

    /** @param array<PublishedKey> $keys by `kid` */
    private function __construct(private readonly array $keys)
    {
    }

    /**
     * Passed over are keys that do not say their `kid` and `alg`, are not for signatures, are of another kind than
     * their `alg`, are not public, or are of small order. Of keys that share a `kid` none is used, since it is
     * unclear which is meant.
     *
     * @throws \UnexpectedValueException if this is no JWK set, or nothing in it can be used
     */
    public static function read(string $text): self
    {
        $set = StrictJson::parse($text);
        $members = $set instanceof \stdClass ? $set->keys ?? null : null;
        if (!is_array($members) || count($members) > self::MAX_KEYS) {
            throw new \UnexpectedValueException('It is not a JWK set.');
        }
        $keys = [];
        foreach ($members as $member) {
            $kid = $member instanceof \stdClass ? $member->kid ?? null : null;
            if (is_string($kid) && $kid !== '') {
                $keys[$kid] = array_key_exists($kid, $keys) ? null : PublishedKey::fromJwk($member);
            }
        }
        $usable = array_filter($keys);
        if ($usable === []) {
            throw new \UnexpectedValueException('No key in it can be used.');
        }
        return new self($usable);
    }

    public function find(string $kid): ?PublishedKey
    {
        return $this->keys[$kid] ?? null;
    }
}
