<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What became of a file of tokens. */
final class TokenImport
{
    /**
     * @param string $format `pskc`, `csv`, `otpauth` or `migration`
     * @param array<string, int> $counts by outcome
     * @param list<array{code: string, detail: string}> $warnings
     * @param list<array{line: int, outcome: string, serial?: string, id?: string, code?: string, detail?: string}>
     *     $rows in the order of the file; an outcome is `made`, `exists`, `importable` or `refused`
     */
    public function __construct(
        public readonly string $format,
        public readonly array $counts,
        public readonly array $warnings,
        public readonly array $rows,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            format: $answer->text('format'),
            counts: $answer->array('counts'),
            warnings: $answer->array('warnings'),
            rows: $answer->array('rows'),
        );
    }
}
