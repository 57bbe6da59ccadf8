<?php

declare(strict_types=1);

namespace Countersign\Result;

/** @internal */
final class StrictJson
{
    /** Results are flat, and what reads them elsewhere may recurse. */
    private const MAX_DEPTH = 16;

    /**
     * json_decode that also refuses an object naming a member twice, and deep nesting. Parsers differ in which of the
     * two they keep (this one keeps the last, and says nothing), so such a text says different things to different
     * readers (RFC 8259 4). Objects stay objects: as arrays `{}` and `[]`, and `{"0":1}` and `[1]`, would be the same.
     *
     * @throws \UnexpectedValueException
     */
    public static function parse(string $text): mixed
    {
        try {
            // Its depth counts the value inside the innermost brackets too.
            $value = json_decode($text, false, self::MAX_DEPTH + 1, JSON_THROW_ON_ERROR);
        } catch (\JsonException) {
            throw new \UnexpectedValueException('It is not JSON.');
        }
        self::refuseRepetition($text);
        return $value;
    }

    /** Walks a text that is known to be JSON. No recursion, so depth costs no stack. */
    private static function refuseRepetition(string $text): void
    {
        /** @var list<array<string, true>|null> $open names so far of each object; null for lists */
        $open = [];
        $length = strlen($text);
        for ($at = strcspn($text, '{}[]"'); $at < $length; $at += strcspn($text, '{}[]"', $at)) {
            $character = $text[$at];
            if ($character !== '"') {
                match ($character) {
                    '{' => $open[] = [],
                    '[' => $open[] = null,
                    default => array_pop($open),
                };
                $at++;
                continue;
            }
            $end = self::endOfString($text, $at, $length);
            $innermost = array_key_last($open);
            if ($innermost !== null && $open[$innermost] !== null && self::isFollowedByColon($text, $end)) {
                // Compared unescaped: "n\u006fnce" is "nonce". A letter in front, or PHP takes "1" for a number.
                $name = 'n' . json_decode(substr($text, $at, $end - $at));
                if (isset($open[$innermost][$name])) {
                    throw new \UnexpectedValueException('A member is named twice.');
                }
                $open[$innermost][$name] = true;
            }
            $at = $end;
        }
    }

    /** The index after the closing quote of the string that opens at `$start`. */
    private static function endOfString(string $text, int $start, int $length): int
    {
        $at = $start + 1;
        $at += strcspn($text, '"\\', $at);
        while ($at < $length && $text[$at] === '\\') {
            $at += 2;
            $at += strcspn($text, '"\\', $at);
        }
        return $at + 1;
    }

    private static function isFollowedByColon(string $text, int $from): bool
    {
        $at = $from + strspn($text, " \t\n\r", $from);
        return ($text[$at] ?? '') === ':';
    }
}
