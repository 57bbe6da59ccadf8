<?php

declare(strict_types=1);

namespace Countersign;

/** By what `Client::authenticate` lets a user in. */
enum Method: string
{
    case Password = 'password';
    case Otp = 'otp';
    case PasswordOtp = 'password-otp';
    /** The code of a token that is assigned to the resource directly; no user is involved. */
    case Token = 'token';
}
