<?php

declare(strict_types=1);

namespace Countersign\Keys;

use Countersign\Result\Base64Url;
use Countersign\ResultAlgorithm;

/** A public key of the service, good for exactly one algorithm (SR-10). */
final class PublishedKey
{
    /** What stands before the 65 bytes of a point on P-256 in a SubjectPublicKeyInfo (RFC 5480). */
    private const P256_PREFIX = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
        . "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    /** The y of every point of Ed25519 whose order divides 8 (RFC 8032 5.1), from its last byte to its first. */
    private const SMALL_ORDER_YS = [
        '0000000000000000000000000000000000000000000000000000000000000000',
        '0100000000000000000000000000000000000000000000000000000000000000',
        'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
        '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
        'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ];
    private const KEY_TYPES = ['ES256' => ['EC', 'P-256'], 'EdDSA' => ['OKP', 'Ed25519']];

    private function __construct(
        public readonly ResultAlgorithm $algorithm,
        private readonly string|\OpenSSLAsymmetricKey $key,
    ) {
    }

    /** The key in this JWK, unless it is none that results may be verified with. */
    public static function fromJwk(\stdClass $jwk): ?self
    {
        $algorithm = ResultAlgorithm::tryFrom(self::text($jwk, 'alg') ?? '');
        if ($algorithm === null || self::KEY_TYPES[$algorithm->value] !== [$jwk->kty ?? null, $jwk->crv ?? null]) {
            return null;
        }
        if (property_exists($jwk, 'use') && $jwk->use !== 'sig') {
            return null;
        }
        $operations = $jwk->key_ops ?? [];
        if (property_exists($jwk, 'key_ops') && !(is_array($operations) && in_array('verify', $operations, true))) {
            return null;
        }
        // A private key that got published is everybody's key.
        if (property_exists($jwk, 'd')) {
            return null;
        }
        $x = self::coordinate($jwk, 'x');
        if ($x === null) {
            return null;
        }
        if ($algorithm === ResultAlgorithm::EdDSA) {
            return self::isSafePoint($x) ? new self($algorithm, $x) : null;
        }
        $y = self::coordinate($jwk, 'y');
        return $y === null ? null : self::onP256($x, $y);
    }

    /** Whether this key has signed it: r and s side by side for ES256 (RFC 7518 3.4), RFC 8032 for EdDSA. */
    public function hasSigned(string $message, string $signature): bool
    {
        if (strlen($signature) !== 64) {
            return false;
        }
        if (is_string($this->key)) {
            return sodium_crypto_sign_verify_detached($signature, $message, $this->key);
        }
        $der = self::derInteger(substr($signature, 0, 32)) . self::derInteger(substr($signature, 32));
        $sequence = "\x30" . chr(strlen($der)) . $der;
        $isRight = openssl_verify($message, $sequence, $this->key, OPENSSL_ALGO_SHA256) === 1;
        self::forgetErrors();
        return $isRight;
    }

    private static function onP256(string $x, string $y): ?self
    {
        $info = base64_encode(self::P256_PREFIX . "\x04" . $x . $y);
        // Refuses points that are not on the curve.
        $key = openssl_pkey_get_public("-----BEGIN PUBLIC KEY-----\n{$info}\n-----END PUBLIC KEY-----\n");
        self::forgetErrors();
        return $key === false ? null : new self(ResultAlgorithm::ES256, $key);
    }

    /**
     * Whether a signature can be trusted under this point of Ed25519. Under one of small order a signature is right for
     * every text, or for one in eight. A y that is not reduced is a second spelling of a small one (RFC 8032 5.1.3).
     */
    private static function isSafePoint(string $x): bool
    {
        $x[31] = chr(ord($x[31]) & 0x7f);
        $isReduced = ord($x[0]) < 0xed || substr($x, 1) !== str_repeat("\xff", 30) . "\x7f";
        return $isReduced && !in_array(bin2hex($x), self::SMALL_ORDER_YS, true);
    }

    private static function coordinate(\stdClass $jwk, string $name): ?string
    {
        $bytes = Base64Url::decode(self::text($jwk, $name) ?? '');
        return $bytes !== null && strlen($bytes) === 32 ? $bytes : null;
    }

    private static function text(\stdClass $jwk, string $name): ?string
    {
        $value = $jwk->{$name} ?? null;
        return is_string($value) ? $value : null;
    }

    /** A number of 32 bytes in the one shortest form that DER has for it. */
    private static function derInteger(string $bytes): string
    {
        $bytes = ltrim($bytes, "\0");
        if ($bytes === '' || ord($bytes[0]) > 127) {
            $bytes = "\0" . $bytes;
        }
        return "\x02" . chr(strlen($bytes)) . $bytes;
    }

    /** Otherwise the next caller that asks OpenSSL for its errors gets ours. */
    private static function forgetErrors(): void
    {
        while (openssl_error_string() !== false) {
            continue;
        }
    }
}
