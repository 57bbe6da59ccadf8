<?php

declare(strict_types=1);

use Countersign\Exception\ServiceUnreachable;
use Countersign\Result\Base64Url;
use Countersign\ResultAlgorithm;
use Countersign\Verifier;

const NOW_S = 1_800_000_000;
const NONCE = 'n0nce-Of_this.sign~in-0123456789';

/** A verifier at the time of the corpus, which gets the corpus' keys. */
function verifier(array $options = []): Verifier
{
    return new Verifier(...$options + [
        'issuer' => 'https://auth.example',
        'resource' => 'res_01k8dq9z2mp',
        'http' => new ScriptedHttp(json(vectors('results.json')['jwks'])),
        'clock' => new FakeClock(NOW_S * 1000),
    ]);
}

/** A result with these claims, or with this text in their place, by the service's own EdDSA key. */
function issue(array|string $claims = [], array $header = []): string
{
    $key = vectors('test-keys.json')['keys']['eddsa'];
    $header += ['alg' => 'EdDSA', 'typ' => 'countersign-result+jwt', 'kid' => $key['kid']];
    $payload = is_string($claims) ? $claims : json_encode($claims + [
        'iss' => 'https://auth.example',
        'aud' => 'res_01k8dq9z2mp',
        'sub' => 'usr_1',
        'preferred_username' => 'mira',
        'nonce' => NONCE,
        'origin' => 'https://shop.example',
        'amr' => ['pwd'],
        'acr' => '1',
        'otp' => 'not_used',
        'auth_time' => NOW_S,
        'iat' => NOW_S,
        'exp' => NOW_S + 60,
        'jti' => 'flw_1',
    ], JSON_UNESCAPED_SLASHES);
    $signed = Base64Url::encode(json_encode($header)) . '.' . Base64Url::encode($payload);
    $pair = sodium_crypto_sign_seed_keypair(Base64Url::decode($key['d']));
    return $signed . '.' . Base64Url::encode(sodium_crypto_sign_detached($signed, sodium_crypto_sign_secretkey($pair)));
}

/** The payload of a good result, to be changed as text. */
function payloadText(): string
{
    return Base64Url::decode(explode('.', issue())[1]);
}

test('a result made here is taken, so what follows is refused for what is wrong with it', static function (): void {
    $claims = verifier()->verifyResult(issue(), nonce: NONCE, origin: 'https://shop.example');
    same(['usr_1', 'mira', ['pwd'], '1', NOW_S, null, false], [
        $claims->sub,
        $claims->preferredUsername,
        $claims->amr,
        $claims->acr,
        $claims->authTime,
        $claims->txn,
        $claims->test,
    ]);
});

test('the claims include what the resource asks for of the user', static function (): void {
    $cases = array_column(vectors('results.json')['cases'], 'jwt', 'name');
    $claims = verifier()->verifyResult($cases['what the resource asks for of the user'], nonce: NONCE);
    same(['usr_2v6m0c4x9ta', 'mira@shop.example', 'Mira Ölander', 'customer-1042', ['eu'], 'usr_0'], [
        $claims->sub,
        $claims->email,
        $claims->name,
        $claims->externalId,
        $claims->metadata['regions'],
        $claims->metadata['sub'],
    ]);
    $plain = verifier()->verifyResult($cases['valid ES256'], nonce: NONCE);
    same([null, null, null, []], [$plain->email, $plain->name, $plain->externalId, $plain->metadata]);
});

// SR-9: what PHP's own json_decode and base64_decode would let pass.
test('SR-9: JSON that PHP reads otherwise than others is refused', static function (): void {
    $good = payloadText();
    foreach ([
        'a name with NUL in front' => ['{"\u0000a":1,', 'RESULT_MALFORMED'],
        'half of a surrogate pair' => ['{"a":"\ud800",', 'RESULT_MALFORMED'],
        'surrogates as UTF-8' => ["{\"a\":\"\xed\xa0\x80\",", 'RESULT_MALFORMED'],
        'an overlong NUL' => ["{\"a\":\"\xc0\x80\",", 'RESULT_MALFORMED'],
        'TRUE' => ['{"a":TRUE,', 'RESULT_MALFORMED'],
        'a leading zero' => ['{"a":01,', 'RESULT_MALFORMED'],
        'a name twice that looks like a number' => ['{"1":1,"1":2,', 'RESULT_MALFORMED'],
        'an empty name twice' => ['{"":1,"":2,', 'RESULT_MALFORMED'],
        'seventeen deep' => ['{"a":' . str_repeat('[', 16) . str_repeat(']', 16) . ',', 'RESULT_MALFORMED'],
    ] as $what => [$start, $code]) {
        $jwt = issue($start . substr($good, 1));
        refused($code, static fn () => verifier()->verifyResult($jwt, nonce: NONCE), $what);
    }
    $deep = issue('{"a":' . str_repeat('[', 15) . str_repeat(']', 15) . ',' . substr($good, 1));
    same('usr_1', verifier()->verifyResult($deep, nonce: NONCE)->sub);
});

test('SR-9: times that are floats or too large for whole numbers are refused', static function (): void {
    foreach (['1.80000006e9', '1800000060.0', '18000000600000000000', '9007199254740992', '-0.0'] as $time) {
        $jwt = issue(str_replace('"exp":1800000060', "\"exp\":{$time}", payloadText()));
        refused('RESULT_CLAIMS_INVALID', static fn () => verifier()->verifyResult($jwt, nonce: NONCE), $time);
    }
});

test('SR-9: signatures of another length are wrong, though their numbers are the right ones', static function (): void {
    $cases = array_column(vectors('results.json')['cases'], 'jwt', 'name');
    foreach (['valid ES256', 'valid EdDSA'] as $name) {
        [$header, $payload, $text] = explode('.', $cases[$name]);
        $signature = Base64Url::decode($text);
        [$r, $s] = str_split($signature, 32);
        foreach (["{$r}\0{$s}", "\0{$signature}", "{$signature}\0", substr($signature, 1), substr($signature, 0, 63), $r] as $other) {
            $jwt = "{$header}.{$payload}." . Base64Url::encode($other);
            $verify = static fn () => verifier()->verifyResult($jwt, nonce: NONCE);
            refused('RESULT_SIGNATURE_WRONG', $verify, "{$name}, " . strlen($other));
        }
    }
});

test('SR-9: an object where a list should be is none', static function (): void {
    $jwt = issue(str_replace('"amr":["pwd"]', '"amr":{"0":"pwd"}', payloadText()));
    refused('RESULT_CLAIMS_INVALID', static fn () => verifier()->verifyResult($jwt, nonce: NONCE));
});

test('what is no text at all is refused, as PHP gives it from a form', static function (): void {
    foreach ([null, [], ['a'], 1, 1.5, true, new stdClass()] as $jwt) {
        refused('RESULT_MALFORMED', static fn () => verifier()->verifyResult($jwt, nonce: NONCE));
    }
});

test('a result of another page is refused with both origins', static function (): void {
    $origin = 'https://www.shop.example';
    $refusal = refused('RESULT_ORIGIN_WRONG', static fn () => verifier()->verifyResult(issue(), nonce: NONCE, origin: $origin));
    same(
        'The sign-in happened on "https://shop.example", and "https://www.shop.example" is expected.',
        $refusal->getMessage(),
    );
});

test('origins that are spelt another way than browsers do are none', static function (): void {
    $bad = ['https://shop.example:', 'https://shop.example:0443', 'https://shop.example:65536', 'http://shop.example:80',
        'https://[::1]:443', 'https://[0:0::1]', 'https://127.1', 'https://0x7f.1', 'https://256.1.1.1', 'https://a..b',
        "https://shop.example\n", 'https://', 'https://[::1', 'ftp://shop.example'];
    foreach ($bad as $origin) {
        $jwt = issue(['origin' => $origin]);
        refused('RESULT_CLAIMS_INVALID', static fn () => verifier()->verifyResult($jwt, nonce: NONCE), $origin);
    }
    foreach (['http://localhost:3000', 'https://[::1]:8443', 'http://127.0.0.1', 'https://xn--bcher-kva.example'] as $origin) {
        same($origin, verifier()->verifyResult(issue(['origin' => $origin]), nonce: NONCE)->origin);
    }
});

test('how old a sign-in may be is asked for in milliseconds, and told from the oldest factor', static function (): void {
    $jwt = issue(['auth_time' => NOW_S - 100]);
    same('usr_1', verifier()->verifyResult($jwt, nonce: NONCE, maxAgeMs: 70_000)->sub);
    refused('RESULT_TOO_OLD', static fn () => verifier()->verifyResult($jwt, nonce: NONCE, maxAgeMs: 69_999));
    $none = verifier(['clockToleranceS' => 0]);
    refused('RESULT_TOO_OLD', static fn () => $none->verifyResult($jwt, nonce: NONCE, maxAgeMs: 99_999));
});

test('a transaction that was lost on the way does not turn a confirmation into a sign-in', static function (): void {
    foreach ([null, false] as $lost) {
        $thrown = null;
        try {
            verifier()->verifyResult(issue(), nonce: NONCE, transaction: $lost);
        } catch (TypeError $error) {
            $thrown = $error;
        }
        same(true, $thrown instanceof TypeError);
    }
    foreach (['', []] as $empty) {
        $verify = static fn () => verifier()->verifyResult(issue(), nonce: NONCE, transaction: $empty);
        refused('TRANSACTION_INVALID', $verify);
    }
});

test('a demand that was lost on the way is not taken for none', static function (): void {
    foreach (['origin', 'requireOtp', 'acr', 'maxAgeMs'] as $demand) {
        $thrown = null;
        try {
            verifier()->verifyResult(issue(), ...['nonce' => NONCE, $demand => null]);
        } catch (TypeError $error) {
            $thrown = $error;
        }
        same(true, $thrown instanceof TypeError, $demand);
    }
});

test('options that cannot work are refused by name', static function (): void {
    $bad = [
        ['issuer', 'http://auth.example'], ['issuer', 'auth.example'], ['issuer', ''], ['issuer', 'ftp://localhost'],
        ['issuer', 'https://user:pass@auth.example'], ['issuer', 'https://auth.example/?a=1'],
        ['issuer', 'https://auth.example/#a'], ['issuer', "https://auth.example\n"], ['issuer', 'https://'],
        ['issuer', 'https://auth.example:65536'],
        ['issuer', 'http://127.0.0.1.evil.example'], ['issuer', 'http://localhost.evil.example'],
        ['issuer', 'http://127.1.evil'], ['issuer', 'https://auth.example\\@evil.example'],
        ['jwksUrl', 'http://auth.example/jwks'], ['resource', ''],
        ['algorithms', []], ['algorithms', ['ES256']], ['algorithms', [ResultAlgorithm::ES256, 'none']],
        ['clockToleranceS', -1], ['clockToleranceS', 301], ['maxLifetimeS', 301], ['maxLifetimeS', 0],
        ['jwksCacheMs', -1], ['jwksCacheMs', 86_400_001], ['jwksCooldownMs', 0], ['jwksTimeoutMs', 0],
    ];
    foreach ($bad as [$option, $value]) {
        $refusal = refused('OPTION_INVALID', static fn () => verifier([$option => $value]), shown($value));
        contains("\"{$option}\"", $refusal->getMessage());
    }
    foreach (['acr' => '3', 'maxAgeMs' => -1] as $option => $value) {
        $verify = static fn () => verifier()->verifyResult(issue(), ...['nonce' => NONCE, $option => $value]);
        contains("\"{$option}\"", refused('OPTION_INVALID', $verify)->getMessage());
    }
});

test('an issuer is taken as URLs are: case of its host, its own port, a slash at its end', static function (): void {
    foreach (['https://AUTH.example', 'https://auth.example:443/', 'HTTPS://auth.example/'] as $issuer) {
        same('usr_1', verifier(['issuer' => $issuer])->verifyResult(issue(), nonce: NONCE)->sub);
    }
});

test('keys that cannot be fetched are told apart from results that are wrong', static function (): void {
    foreach ([failure('network'), json([], 500), json(['keys' => []]), static fn () => gone()()] as $answer) {
        $verifier = verifier(['http' => new ScriptedHttp($answer)]);
        $refusal = refused('JWKS_UNAVAILABLE', static fn () => $verifier->verifyResult(issue(), nonce: NONCE));
        same(true, $refusal instanceof ServiceUnreachable);
    }
});

test('no refusal holds the result, not in its trace either', static function (): void {
    $jwt = issue(['nonce' => 'another-nonce-0123456789']);
    $refusal = refused('RESULT_NONCE_WRONG', static fn () => verifier()->verifyResult($jwt, nonce: NONCE));
    if (PHP_VERSION_ID >= 80200) {
        lacks(substr($jwt, 0, 15), shown($refusal->getTrace()));
    }
    lacks(substr($jwt, 0, 15), (string) $refusal);
});
