<?php

declare(strict_types=1);

namespace Countersign\Api;

/** A new token, and whatever is shown this once and never again. */
final class CreatedToken
{
    /**
     * @param string|null $secret base32, of `totp`, `hotp` and `ocra`
     * @param string|null $otpauthUri the same for authenticator apps, usually shown as a QR code; of `totp` and `hotp`
     * @param list<string>|null $recoveryCodes ten, each good for once; of `recovery`
     */
    public function __construct(
        public readonly Token $token,
        public readonly ?string $secret,
        public readonly ?string $otpauthUri,
        public readonly ?array $recoveryCodes,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            token: Token::from($answer->object('token')),
            secret: $answer->optionalText('secret'),
            otpauthUri: $answer->optionalText('otpauthUri'),
            recoveryCodes: $answer->optionalArray('recoveryCodes'),
        );
    }
}
