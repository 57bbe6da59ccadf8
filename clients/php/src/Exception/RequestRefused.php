<?php

declare(strict_types=1);

namespace Countersign\Exception;

/** The service said no, or would have: its own codes, such as `OTP_WRONG` or `NAME_TAKEN`. */
final class RequestRefused extends CountersignException
{
}
