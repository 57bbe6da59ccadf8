<?php

declare(strict_types=1);

use Countersign\Confirmation;
use Countersign\Demand;
use Countersign\ErrorCodes;
use Countersign\Nonce;
use Countersign\ResultAlgorithm;
use Countersign\ResultClaims;
use Countersign\Verifier;

/** The text of a case, long ones written out. */
function textOf(array $case): string
{
    $jwt = $case['jwt'];
    return is_string($jwt) ? $jwt : $jwt['prefix'] . str_repeat($jwt['repeat'], $jwt['times']) . $jwt['suffix'];
}

function verifyCase(array $case, array $vectors): ResultClaims
{
    $setup = array_merge($vectors['defaults'], $case['options'] ?? []);
    $verifier = new Verifier(
        issuer: $setup['issuer'],
        resource: $setup['resource'],
        algorithms: array_map(ResultAlgorithm::from(...), $setup['algorithms']),
        clockToleranceS: $setup['clockToleranceS'],
        maxLifetimeS: $setup['maxLifetimeS'],
        http: new ScriptedHttp(json($vectors['jwks'])),
        clock: new FakeClock($setup['now'] * 1000),
    );
    return $verifier->verifyResult(
        textOf($case),
        nonce: $setup['nonce'],
        origin: $setup['origin'] ?? Demand::None,
        requireOtp: $setup['requireOtp'] ?? false,
        acr: $setup['acr'] ?? Demand::None,
        transaction: $setup['transaction'] ?? Confirmation::None,
        maxAgeMs: $setup['maxAgeMs'] ?? Demand::None,
        acceptTest: $setup['acceptTest'] ?? false,
        app: $setup['app'] ?? false,
    );
}

$known = ['issuer', 'resource', 'nonce', 'now', 'clockToleranceS', 'maxLifetimeS', 'algorithms', 'origin', 'requireOtp',
    'acr', 'transaction', 'maxAgeMs', 'acceptTest', 'app'];

// SR-9, SR-10
foreach (['results.json', 'nonces.json'] as $file) {
    $vectors = vectors($file);
    foreach ($vectors['cases'] as $case) {
        test("{$file}: {$case['name']}", static function () use ($case, $vectors, $known): void {
            same([], array_values(array_diff(array_keys($case['options'] ?? []), $known)), 'options that are not tried here:');
            if ($case['expect'] === 'accept') {
                $claims = verifyCase($case, $vectors);
                same('usr_2v6m0c4x9ta', $claims->sub);
                same(array_merge($vectors['defaults'], $case['options'] ?? [])['nonce'], $claims->nonce);
                return;
            }
            $refusal = refused($case['expect'], static fn () => verifyCase($case, $vectors));
            // A long piece of the input would be the result itself, and refusals get logged, with their traces.
            $text = textOf($case);
            if (strlen($text) > 20) {
                lacks(substr($text, 0, 15), $refusal->getMessage());
            }
        });
    }
}

test('results.json: holds many hostile cases, of every kind', static function (): void {
    $vectors = vectors('results.json');
    $hostile = array_filter($vectors['cases'], static fn (array $case) => $case['expect'] !== 'accept');
    same(true, count($hostile) > 250);
    $kinds = array_unique(array_column($hostile, 'expect'));
    $missing = array_diff(ErrorCodes::RESULT, $kinds, ['JWKS_UNAVAILABLE']);
    same([], array_values($missing));
});

foreach (vectors('nonces.json')['cases'] as $case) {
    test("nonces.json: {$case['name']}: whether a sign-in can begin with it", static function () use ($case): void {
        $held = array_merge(vectors('nonces.json')['defaults'], $case['options'] ?? [])['nonce'];
        same($case['usable'], Nonce::isUsable($held));
    });
}

test('new nonces can be used, and are not the same', static function (): void {
    $nonces = array_map(static fn () => Nonce::create(), range(1, 100));
    same(100, count(array_unique($nonces)));
    foreach ($nonces as $nonce) {
        same(1, preg_match('/\A[A-Za-z0-9_-]{32}\z/', $nonce));
        same(true, Nonce::isUsable($nonce));
    }
});
