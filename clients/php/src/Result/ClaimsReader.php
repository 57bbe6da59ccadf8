<?php

declare(strict_types=1);

namespace Countersign\Result;

use Countersign\Exception\ResultRefused;
use Countersign\OtpUse;
use Countersign\ResultClaims;

/** @internal Claims by their types. What this version does not know is left out. */
final class ClaimsReader
{
    /** The largest whole number that every language reads exactly. */
    private const MAX_INSTANT = 2 ** 53 - 1;

    /** @param array<array-key, mixed> $payload */
    public function __construct(private readonly array $payload)
    {
    }

    public function has(string $name): bool
    {
        return array_key_exists($name, $this->payload);
    }

    public function raw(string $name): mixed
    {
        return $this->payload[$name] ?? null;
    }

    /** Whole seconds. `1.8e9` is a float to PHP, and as little a time as `"1800000000"` is. */
    public function instant(string $name): int
    {
        $value = $this->raw($name);
        if (!is_int($value) || $value < 0 || $value > self::MAX_INSTANT) {
            throw self::invalid($name);
        }
        return $value;
    }

    public function all(): ResultClaims
    {
        return new ResultClaims(
            iss: $this->text('iss'),
            aud: $this->text('aud'),
            sub: $this->text('sub'),
            preferredUsername: $this->text('preferred_username'),
            nonce: $this->text('nonce'),
            origin: $this->origin(),
            amr: $this->methods(),
            acr: $this->oneOf('acr', ['1', '2']),
            otp: OtpUse::from($this->oneOf('otp', array_column(OtpUse::cases(), 'value'))),
            txn: $this->transaction(),
            authTime: $this->instant('auth_time'),
            iat: $this->instant('iat'),
            exp: $this->instant('exp'),
            jti: $this->text('jti'),
            email: $this->optionalText('email'),
            name: $this->optionalText('name'),
            externalId: $this->optionalText('external_id'),
            metadata: $this->map('metadata'),
            hook: $this->map('hook'),
            test: $this->trueIfPresent('test'),
            app: $this->trueIfPresent('app'),
            passwordBreached: $this->trueIfPresent('password_breached'),
        );
    }

    private function text(string $name): string
    {
        $value = $this->raw($name);
        return is_string($value) && $value !== '' ? $value : throw self::invalid($name);
    }

    private function optionalText(string $name): ?string
    {
        return $this->has($name) ? $this->text($name) : null;
    }

    /** @return array<string, mixed> */
    private function map(string $name): array
    {
        if (!$this->has($name)) {
            return [];
        }
        // An object from a result, an array from a response of the service.
        $text = json_encode($this->raw($name), JSON_THROW_ON_ERROR | JSON_PRESERVE_ZERO_FRACTION);
        $map = json_decode($text, true);
        // The service writes no empty one, which to PHP would be a list.
        return is_array($map) && !array_is_list($map) ? $map : throw self::invalid($name);
    }

    /** @param list<string> $values */
    private function oneOf(string $name, array $values): string
    {
        $value = $this->raw($name);
        return in_array($value, $values, true) ? $value : throw self::invalid($name);
    }

    /** @return list<string> */
    private function methods(): array
    {
        $methods = $this->raw('amr');
        if (!is_array($methods) || !array_is_list($methods)) {
            throw self::invalid('amr');
        }
        foreach ($methods as $method) {
            if (!is_string($method) || $method === '') {
                throw self::invalid('amr');
            }
        }
        return $methods;
    }

    private function transaction(): ?string
    {
        if (!$this->has('txn')) {
            return null;
        }
        $hash = $this->raw('txn');
        return is_string($hash) && preg_match('/\A[0-9a-f]{64}\z/', $hash) === 1 ? $hash : throw self::invalid('txn');
    }

    /** The service says so with `true`; anything else in that place is nothing that it writes. */
    private function trueIfPresent(string $name): bool
    {
        if (!$this->has($name)) {
            return false;
        }
        return $this->raw($name) === true ? true : throw self::invalid($name);
    }

    /** A serialised web origin (RFC 6454 6.2): never `null`, a URL with a path, a pattern, or spelt another way. */
    private function origin(): string
    {
        $origin = $this->text('origin');
        $shape = '~\A(https?)://((?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:]+\])(?::(0|[1-9]\d{0,4}))?\z~';
        if (preg_match($shape, $origin, $part) !== 1) {
            throw self::invalid('origin');
        }
        [, $scheme, $host] = $part;
        $port = isset($part[3]) ? (int) $part[3] : null;
        if ($port !== null && ($port > 65535 || $port === ($scheme === 'https' ? 443 : 80))) {
            throw self::invalid('origin');
        }
        $isCanonical = match (true) {
            $host[0] === '[' => self::isCanonicalAddress(substr($host, 1, -1)),
            // What ends in a number is an address to browsers, whatever it was meant to be.
            preg_match('/(?:\A|\.)(?:\d+|0x[0-9a-f]*)\.?\z/', $host) === 1 => self::isCanonicalAddress($host),
            default => true,
        };
        return $isCanonical ? $origin : throw self::invalid('origin');
    }

    private static function isCanonicalAddress(string $address): bool
    {
        $packed = filter_var($address, FILTER_VALIDATE_IP) === false ? false : inet_pton($address);
        if ($packed === false) {
            return false;
        }
        $written = inet_ntop($packed);
        if (strlen($packed) === 16 && str_contains($written, '.')) {
            // An address of IPv4 in its end. Browsers write that as they write the rest.
            [, $high, $low] = unpack('n2', $packed, 12);
            $written = substr($written, 0, strrpos($written, ':') + 1) . dechex($high) . ':' . dechex($low);
        }
        return $written === $address;
    }

    private static function invalid(string $claim): ResultRefused
    {
        return new ResultRefused(
            'RESULT_CLAIMS_INVALID',
            "The claim \"{$claim}\" is missing or has the wrong type.",
        );
    }
}
