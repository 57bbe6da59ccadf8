<?php

declare(strict_types=1);

namespace Countersign\Api;

/** What a sign-in would make of a code now. */
final class TokenCheck
{
    /**
     * @param string $verdict `right`; `used` already; `late`: right some steps ago; or `wrong`
     * @param int|null $offset of `right` and `late`. TOTP: its step against the service's, negative where the device is
     *     behind. HOTP: unused codes that it passes over
     */
    public function __construct(
        public readonly string $verdict,
        public readonly ?int $offset,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            verdict: $answer->text('verdict'),
            offset: $answer->optionalNumber('offset'),
        );
    }
}
