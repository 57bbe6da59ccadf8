<?php

declare(strict_types=1);

namespace Countersign\Result;

/** @internal */
final class Base64Url
{
    /**
     * RFC 4648 section 5, or null. Refuses padding, blanks and set bits past the end (3.5), which would give one result
     * many texts: PHP's own decoder passes over all of these, so what it made is written again and has to be the same.
     */
    public static function decode(string $text): ?string
    {
        $bytes = base64_decode(strtr($text, '-_', '+/'), true);
        return $bytes !== false && self::encode($bytes) === $text ? $bytes : null;
    }

    public static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
