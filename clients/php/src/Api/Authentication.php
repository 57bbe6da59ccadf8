<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Method;
use Countersign\OtpUse;

/** A user was let in. There is no other kind: a refusal is an exception. */
final class Authentication
{
    /**
     * @param string|null $userId of the person; null by the method `token`, where no user is involved
     * @param string|null $token the one whose code it was, and of which kind it is
     * @param bool $passwordBreached the password was stolen elsewhere and published, on a resource that warns
     */
    public function __construct(
        public readonly Method $method,
        public readonly OtpUse $otp,
        public readonly ?string $userId,
        public readonly ?string $login,
        public readonly ?string $token,
        public readonly ?string $kind,
        public readonly bool $passwordBreached = false,
    ) {
    }

    /** @internal A success must say so in full. Anything else, even with status 200, lets no one in. */
    public static function from(Answer $answer, Method $method): self
    {
        $otp = OtpUse::tryFrom($answer->text('otp'));
        if ($answer->raw('authenticated') !== true || $answer->raw('method') !== $method->value || $otp === null) {
            throw Answer::unexpected('a successful authentication by that method');
        }
        $user = $method === Method::Token ? null : $answer->object('user', static fn (Answer $user): Answer => $user);
        return new self(
            $method,
            $otp,
            $user?->text('id'),
            $user?->text('login'),
            $answer->optionalText('token'),
            $answer->optionalText('kind'),
            $answer->raw('passwordBreached') === true,
        );
    }
}
