<?php

declare(strict_types=1);

namespace Countersign;

/** What became of the second factor in a sign-in. */
enum OtpUse: string
{
    /** Checked. */
    case Verified = 'verified';
    /** The person's token is deactivated, so the password let them in. */
    case Skipped = 'skipped';
    /** Not asked for, because the person trusts the browser. */
    case Remembered = 'remembered';
    /** Not asked for. */
    case NotUsed = 'not_used';
}
