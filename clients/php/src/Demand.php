<?php

declare(strict_types=1);

namespace Countersign;

/**
 * Stands where something could be demanded of a sign-in. Not null: a setting that was lost on the way is null, and must
 * not take the demand along.
 */
enum Demand
{
    /** Nothing is demanded. */
    case None;
}
