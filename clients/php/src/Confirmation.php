<?php

declare(strict_types=1);

namespace Countersign;

/**
 * Stands where a transaction could be named. Not null: a transaction that was lost on the way is null, and must not
 * turn a confirmation into a sign-in.
 */
enum Confirmation
{
    /** A sign-in is expected, and whatever confirms something is refused. */
    case None;
}
