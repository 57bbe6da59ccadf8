<?php

declare(strict_types=1);

namespace Countersign;

/** Signature algorithms that a result may carry. */
enum ResultAlgorithm: string
{
    case ES256 = 'ES256';
    case EdDSA = 'EdDSA';
}
