<?php

declare(strict_types=1);

use Countersign\Demand;
use Countersign\Exception\OptionInvalid;
use Countersign\OtpUse;
use Countersign\Site\LevelDemand;
use Countersign\Site\RouteRequest;
use Countersign\Site\Rules;

function siteVectors(string $name): array
{
    $text = file_get_contents(__DIR__ . "/../../../shared/vectors/sites/{$name}");
    return json_decode($text, true, flags: JSON_THROW_ON_ERROR);
}

// A sign-in that leads to another site hands the user to a copy of yours.
foreach (siteVectors('redirects.json')['cases'] as $case) {
    test("sites/redirects.json: {$case['name']}", static function () use ($case): void {
        $next = $case['next'];
        if (is_array($next) && isset($next['repeat'])) {
            $next = $next['prefix'] . str_repeat($next['repeat'], $next['times']) . $next['suffix'];
        }
        same($case['accept'], Rules::isSafeNext($next));
    });
}

// Login CSRF: another site signs a visitor in as the attacker.
$posts = siteVectors('posts.json');
foreach ($posts['cases'] as $case) {
    test("sites/posts.json: {$case['name']}", static function () use ($case, $posts): void {
        $headers = [];
        foreach ($case['headers'] as ['name' => $name, 'value' => $value]) {
            $headers[strtolower($name)] = $value;
        }
        $request = new RouteRequest(
            $case['method'] ?? $posts['defaults']['method'],
            $headers['origin'] ?? null,
            $headers['sec-fetch-site'] ?? null,
            $headers['content-type'] ?? null,
        );
        $origin = $case['origin'] ?? $posts['defaults']['origin'];
        same($case['expect'], Rules::refusePost($origin, $request, needsType: true) ?? 'accept');
    });
}

$stepUp = siteVectors('step-up.json');
foreach ($stepUp['levels'] as $case) {
    test("sites/step-up.json: {$case['name']}", static function () use ($case): void {
        ['acr' => $acr, 'otp' => $otp, 'auth_time' => $authTime] = $case['claims'];
        same($case['expect'], Rules::levelOf($acr, OtpUse::from($otp), $authTime, $case['passwordCheckedAt'] ?? null));
    });
}
// A thief sits down at a browser that was left signed in.
foreach ($stepUp['cases'] as $case) {
    test("sites/step-up.json: {$case['name']}", static function () use ($case): void {
        try {
            $demand = new LevelDemand(...$case['demand']);
            same($case['expect'], $demand->missing($case['session'], $case['now']) ?? 'accept');
        } catch (OptionInvalid | TypeError) {
            // A type error of PHP stands for what was lost on the way.
            same($case['expect'], 'OPTION_INVALID');
        }
    });
}
