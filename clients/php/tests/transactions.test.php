<?php

declare(strict_types=1);

use Countersign\Transaction;

$vectors = vectors('transactions.json');

// SR-45
foreach ($vectors['refused'] as $case) {
    test("transactions.json: refused: {$case['name']}", static function () use ($case): void {
        $refusal = refused('TRANSACTION_INVALID', static fn () => Transaction::hash($case['fields']));
        $where = isset($case['field']) ? " in field {$case['field']}" : '';
        contains(": {$case['reason']}{$where}.", $refusal->getMessage());
    });
}

foreach ($vectors['accepted'] as $case) {
    test("transactions.json: accepted: {$case['name']}", static function () use ($case): void {
        same($case['canonical'], Transaction::canonical($case['fields']));
        same($case['sha256'], Transaction::hash($case['fields']));
        same($case['sha256'], Transaction::hashOf($case['sha256']));
    });
}

test('what is neither fields nor a hash is refused, and never taken for nothing', static function (): void {
    foreach (['', str_repeat('x', 64), str_repeat('A', 64), str_repeat('a', 64) . "\n", []] as $nothing) {
        refused('TRANSACTION_INVALID', static fn () => Transaction::hashOf($nothing));
    }
});

test('text that is no UTF-8 is refused, half of a surrogate pair too', static function (): void {
    foreach (["\xff", "\xed\xa0\x80", "\xc0\xaf", "a\xc3"] as $text) {
        $fields = [['label' => 'To', 'value' => $text]];
        contains('character in field 0', refusal(static fn () => Transaction::hash($fields))->getMessage());
    }
});
