<?php

declare(strict_types=1);

namespace Countersign;

use Countersign\Exception\OptionInvalid;

/** @internal Checks what this library is set up with, when it is set up. */
final class Options
{
    /** The number if it is within bounds, both included. */
    public static function within(string $option, int $value, int $min, int $max): int
    {
        if ($value < $min || $value > $max) {
            throw self::invalid("\"{$option}\" must be a whole number from {$min} to {$max}.");
        }
        return $value;
    }

    /**
     * The service's address without a slash at its end, once it is certain that what is sent there is encrypted or
     * stays on this machine.
     */
    public static function serviceUrl(string $option, string $value): string
    {
        $shape = '~\A(https?)://([a-z0-9._-]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?((?:/[^\s?#\\\\]*)?)\z~i';
        if (preg_match($shape, $value, $part) !== 1) {
            throw self::invalid("\"{$option}\" must be an absolute https URL without credentials, query or fragment.");
        }
        [, $scheme, $host, $port, $path] = $part;
        $scheme = strtolower($scheme);
        $host = strtolower($host);
        if ((int) $port > 65535) {
            throw self::invalid("\"{$option}\" has no such port.");
        }
        if ($scheme === 'http' && !self::isLoopback($host)) {
            throw self::invalid("\"{$option}\" must use https: only loopback may do without.");
        }
        $isDefault = $port === '' || (int) $port === ($scheme === 'https' ? 443 : 80);
        return "{$scheme}://{$host}" . ($isDefault ? '' : ':' . (int) $port) . preg_replace('~/\z~', '', $path);
    }

    public static function invalid(string $message): OptionInvalid
    {
        return new OptionInvalid('OPTION_INVALID', $message);
    }

    private static function isLoopback(string $host): bool
    {
        return $host === 'localhost'
            || $host === '[::1]'
            || (str_starts_with($host, '127.') && filter_var($host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4) !== false);
    }
}
