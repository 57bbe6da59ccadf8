<?php

declare(strict_types=1);

namespace Countersign\Site;

use Countersign\Demand;
use Countersign\Exception\OptionInvalid;
use Countersign\Options;

/** Which sign-ins are enough for a page: how many factors, and how recent. */
final class LevelDemand
{
    /** By how much the two clocks may differ. */
    private const AHEAD_MS = 30_000;

    /**
     * @param '1'|'2'|Demand $acr
     * @param int|Demand $maxAgeMs no factor may be older: a minute to a day
     * @throws OptionInvalid nothing is demanded, or what no user could meet
     */
    public function __construct(
        public readonly string|Demand $acr = Demand::None,
        public readonly int|Demand $maxAgeMs = Demand::None,
    ) {
        if ($acr === Demand::None && $maxAgeMs === Demand::None) {
            throw Options::invalid('"acr" or "maxAgeMs" must be demanded.');
        }
        if (!in_array($acr, ['1', '2', Demand::None], true)) {
            throw Options::invalid('"acr" must be "1" or "2".');
        }
        if (is_int($maxAgeMs)) {
            Options::within('maxAgeMs', $maxAgeMs, 60_000, 86_400_000);
        }
    }

    /** @return array{acr?: string, maxAgeMs?: int} as routes write it */
    public function members(): array
    {
        $members = ['acr' => $this->acr, 'maxAgeMs' => $this->maxAgeMs];
        return array_filter($members, static fn (mixed $value) => !$value instanceof Demand);
    }

    /**
     * What the sign-in of a session lacks: a code, or null.
     *
     * @param array<string, mixed>|null $user
     */
    public function missing(?array $user, int $nowMs): ?string
    {
        if ($user === null) {
            return 'SIGN_IN_REQUIRED';
        }
        $acr = $user['acr'] ?? null;
        $authTime = $user['authTime'] ?? null;
        if (!in_array($acr, ['1', '2'], true) || !is_int($authTime) || $authTime < 0) {
            return 'STEP_UP_REQUIRED';
        }
        $ageMs = $nowMs - $authTime * 1000;
        $isEnough = $ageMs >= -self::AHEAD_MS
            && !($this->acr === '2' && $acr === '1')
            && (!is_int($this->maxAgeMs) || $ageMs <= $this->maxAgeMs);
        return $isEnough ? null : 'STEP_UP_REQUIRED';
    }
}
