<?php

declare(strict_types=1);

namespace Countersign\Api;

/** @internal Whether a request may be repeated when its answer got lost. */
enum Kind
{
    /** Comes to the same however often it is asked. */
    case Read;
    /** Told apart by its Idempotency-Key. */
    case Creation;
    /** May have happened although no answer came, and would count twice: never repeated. */
    case Once;
}
