<?php

declare(strict_types=1);

namespace Countersign\Result;

use Countersign\Options;

/** @internal What one sign-in is expected to be. */
final class Expected
{
    /** @param string|null $transaction its hash; null: a sign-in */
    public function __construct(
        public readonly ?string $nonce,
        public readonly ?string $origin = null,
        public readonly bool $requireOtp = false,
        public readonly ?string $acr = null,
        public readonly ?string $transaction = null,
        public readonly ?int $maxAgeMs = null,
        public readonly bool $acceptTest = false,
        public readonly bool $app = false,
    ) {
        if (!in_array($acr, [null, '1', '2'], true)) {
            throw Options::invalid('"acr" must be \'1\' or \'2\'.');
        }
        if ($maxAgeMs !== null) {
            Options::within('maxAgeMs', $maxAgeMs, 0, 86_400_000);
        }
    }
}
