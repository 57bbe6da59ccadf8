<?php

declare(strict_types=1);

namespace Countersign\Api;

/** A code that is on its way to a person, or a question for their device. */
final class Challenge
{
    /**
     * @param string $kind `ocra`, `sms` or `email`
     * @param string $name what the token is called
     * @param string|null $to where the code went, masked
     * @param string|null $question to be typed into the device
     */
    public function __construct(
        public readonly string $token,
        public readonly string $kind,
        public readonly string $name,
        public readonly ?string $to,
        public readonly ?string $question,
        public readonly int $expiresAt,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            token: $answer->text('token'),
            kind: $answer->text('kind'),
            name: $answer->text('name'),
            to: $answer->optionalText('to'),
            question: $answer->optionalText('question'),
            expiresAt: $answer->number('expiresAt'),
        );
    }
}
