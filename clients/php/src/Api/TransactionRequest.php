<?php

declare(strict_types=1);

namespace Countersign\Api;

/** A transaction that waits to be confirmed in the widget of one visitor. */
final class TransactionRequest
{
    /**
     * @param string $loginRequest for the widget
     * @param string $transaction hash of the fields: what `txn` of the result will be
     */
    public function __construct(
        public readonly string $loginRequest,
        public readonly string $transaction,
        public readonly int $expiresAt,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            loginRequest: $answer->text('loginRequest'),
            transaction: $answer->text('transaction'),
            expiresAt: $answer->number('expiresAt'),
        );
    }
}
