<?php

declare(strict_types=1);

namespace Countersign\Laravel;

use Countersign\Demand;
use Countersign\Site\LevelDemand;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/**
 * Middleware `countersign`, after `web`: it needs a sign-in with one factor (`countersign:1`) or two (`countersign:2`),
 * none of them older than so many milliseconds (`countersign:2,300000`).
 */
final class RequireRecent
{
    public function __construct(private readonly Countersign $countersign)
    {
    }

    public function handle(Request $request, \Closure $next, string $acr, ?string $maxAgeMs = null): Response
    {
        $demand = new LevelDemand($acr, $maxAgeMs === null ? Demand::None : (int) $maxAgeMs);
        $refusal = $this->countersign->guard($request, $demand);
        if ($refusal === null && !$this->countersign->isOf($request, $request->user())) {
            $refusal = $this->countersign->refuse();
        }
        return $refusal ?? $next($request);
    }
}
