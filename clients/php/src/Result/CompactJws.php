<?php

declare(strict_types=1);

namespace Countersign\Result;

use Countersign\Exception\ResultRefused;

/** @internal A compact JWS taken apart (RFC 7515 7.1). Says nothing about its signature. */
final class CompactJws
{
    /** Far above any real result (about 800 characters), far below what costs anything to look at. */
    private const MAX_LENGTH = 8192;

    /**
     * @param array<array-key, mixed> $header
     * @param string $payload not to be looked into before the signature is known to be right
     * @param string $signed what the signature is over
     */
    private function __construct(
        public readonly array $header,
        public readonly string $payload,
        public readonly string $signed,
        public readonly string $signature,
    ) {
    }

    /** Insists on one spelling: canonical base64url without padding, no blanks, no member named twice in the header. */
    public static function parse(#[\SensitiveParameter] mixed $jwt): self
    {
        if (!is_string($jwt)) {
            throw self::malformed('it is not a string');
        }
        if (strlen($jwt) > self::MAX_LENGTH) {
            throw self::malformed('it is too long');
        }
        $segments = explode('.', $jwt);
        if (count($segments) !== 3) {
            throw self::malformed('it does not have three parts');
        }
        [$header, $payload, $signature] = array_map(
            static fn (string $segment) => Base64Url::decode($segment)
                ?? throw self::malformed('it is not canonical base64url'),
            $segments,
        );
        $signed = "{$segments[0]}.{$segments[1]}";
        return new self(self::parseObject($header, 'header'), $payload, $signed, $signature);
    }

    /**
     * The members of the JSON object in these bytes: UTF-8 without a byte order mark, none named twice.
     *
     * @param 'header'|'payload' $part
     * @return array<array-key, mixed>
     */
    public static function parseObject(#[\SensitiveParameter] string $bytes, string $part): array
    {
        try {
            $value = StrictJson::parse($bytes);
        } catch (\UnexpectedValueException) {
            throw self::malformed("its {$part} is not unambiguous JSON");
        }
        if (!$value instanceof \stdClass) {
            throw self::malformed("its {$part} is not a JSON object");
        }
        return get_object_vars($value);
    }

    private static function malformed(string $why): ResultRefused
    {
        return new ResultRefused('RESULT_MALFORMED', "This is not a result: {$why}.");
    }
}
