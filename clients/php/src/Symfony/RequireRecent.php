<?php

declare(strict_types=1);

namespace Countersign\Symfony;

use Countersign\Demand;
use Countersign\Site\LevelDemand;

/** Guards a controller or all of a class: it needs a sign-in with one factor (`acr: '1'`) or two, none of them older. */
#[\Attribute(\Attribute::TARGET_CLASS | \Attribute::TARGET_METHOD | \Attribute::TARGET_FUNCTION)]
final class RequireRecent
{
    public readonly LevelDemand $demand;

    public function __construct(string|Demand $acr = Demand::None, int|Demand $maxAgeMs = Demand::None)
    {
        $this->demand = new LevelDemand($acr, $maxAgeMs);
    }
}
