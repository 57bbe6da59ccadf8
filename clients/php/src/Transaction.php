<?php

declare(strict_types=1);

namespace Countersign;

use Countersign\Exception\RequestRefused;

/** What stands for the fields that a person confirms. */
final class Transaction
{
    private const FIELDS_MAX = 12;
    private const LABEL_MAX = 40;
    private const VALUE_MAX = 200;
    /** Begins every canonical text, so that it cannot be taken for anything else that is hashed. */
    private const FORM = 'countersign-transaction-1';

    /**
     * Fixed ranges, not Unicode properties: the same in every language, whatever version of Unicode it knows. Halves of
     * surrogate pairs are no UTF-8, and are refused for that.
     */
    private const UNFIT = '/[\x{0}-\x{1F}\x{7F}-\x{9F}'
        . '\x{AD}\x{34F}\x{61C}\x{115F}\x{1160}\x{1680}\x{17B4}\x{17B5}\x{180B}-\x{180F}'
        . '\x{2000}-\x{200F}\x{2028}-\x{202E}\x{205F}-\x{206F}\x{2800}\x{3000}\x{3164}'
        . '\x{FE00}-\x{FE0F}\x{FEFF}\x{FFA0}\x{FFF0}-\x{FFFB}\x{FFFE}\x{FFFF}'
        . '\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}\x{E0000}-\x{E0FFF}]/u';
    private const BLANK_ENDS_OR_ROWS = '/\A[ \x{A0}\x{202F}]|[ \x{A0}\x{202F}]{2}|[ \x{A0}\x{202F}]\z/u';

    /**
     * The hash that stands for a transaction: SHA-256 of its canonical text, in lower-case hexadecimal. Fields are
     * taken as they are or refused, never mended, so that what a person confirmed is letter by letter what you execute.
     *
     * @param list<array{label: string, value: string}> $fields in their order
     * @throws RequestRefused `TRANSACTION_INVALID`, whose message says which field and why
     */
    public static function hash(mixed $fields): string
    {
        return hash('sha256', self::canonical($fields));
    }

    /**
     * The one text that stands for these fields, as `hash` hashes it.
     *
     * @param list<array{label: string, value: string}> $fields
     * @throws RequestRefused `TRANSACTION_INVALID`
     */
    public static function canonical(mixed $fields): string
    {
        if (!is_array($fields) || !array_is_list($fields)) {
            throw self::unfit('shape');
        }
        if (count($fields) < 1 || count($fields) > self::FIELDS_MAX) {
            throw self::unfit('count');
        }
        $canonical = [self::FORM];
        foreach ($fields as $index => $field) {
            $canonical[] = self::readField($field, $index);
        }
        return json_encode(
            $canonical,
            JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS,
        );
    }

    /**
     * @internal The hash of what a user should have confirmed, however they name it.
     *
     * @param list<array{label: string, value: string}>|string $transaction
     */
    public static function hashOf(array|string $transaction): string
    {
        if (is_array($transaction)) {
            return self::hash($transaction);
        }
        if (preg_match('/\A[0-9a-f]{64}\z/', $transaction) === 1) {
            return $transaction;
        }
        throw new RequestRefused(
            'TRANSACTION_INVALID',
            'The hash of a transaction is 64 hexadecimal digits in lower case.',
        );
    }

    /** @return array{string, string} */
    private static function readField(mixed $field, int $index): array
    {
        $label = is_array($field) ? $field['label'] ?? null : null;
        $value = is_array($field) ? $field['value'] ?? null : null;
        if (!is_string($label) || !is_string($value) || count($field) !== 2) {
            throw self::unfit('shape', $index);
        }
        $fault = self::textFault($label, self::LABEL_MAX) ?? self::textFault($value, self::VALUE_MAX);
        if ($fault !== null) {
            throw self::unfit($fault, $index);
        }
        return [$label, $value];
    }

    private static function textFault(string $text, int $max): ?string
    {
        if ($text === '' || strlen($text) > $max * 4) {
            return 'length';
        }
        $length = preg_match_all('/./su', $text);
        return match (true) {
            $length === false => 'character',
            $length > $max => 'length',
            preg_match(self::UNFIT, $text) !== 0 => 'character',
            preg_match(self::BLANK_ENDS_OR_ROWS, $text) !== 0 => 'spacing',
            !self::isNormalised($text) => 'normalisation',
            default => null,
        };
    }

    /** Nothing below U+0300 changes in Unicode's form C; for the rest there is ext-intl. */
    private static function isNormalised(string $text): bool
    {
        if (preg_match('/\A[\x{0}-\x{2FF}]*\z/u', $text) === 1) {
            return true;
        }
        if (!class_exists(\Normalizer::class)) {
            throw Options::invalid(
                'Fields with other than Latin letters need ext-intl, or symfony/polyfill-intl-normalizer.',
            );
        }
        return \Normalizer::normalize($text, \Normalizer::FORM_C) === $text;
    }

    private static function unfit(string $reason, ?int $field = null): RequestRefused
    {
        $where = $field === null ? '' : " in field {$field}";
        return new RequestRefused('TRANSACTION_INVALID', "These fields cannot be shown and signed: {$reason}{$where}.");
    }
}
