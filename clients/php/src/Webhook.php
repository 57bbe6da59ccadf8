<?php

declare(strict_types=1);

namespace Countersign;

use Countersign\Exception\OptionInvalid;
use Countersign\Exception\WebhookRefused;
use Countersign\Result\StrictJson;

/** Messages that the service sends to an address of yours. */
final class Webhook
{
    /** Far above any message of the service. */
    private const MAX_BODY = 64 * 1024;
    /** During a rotation there are two. */
    private const MAX_SIGNATURES = 10;
    private const PREFIX = 'whsec_';

    /**
     * The event in a request that the service sent to your webhook, if it is one: signed with your secret (Standard
     * Webhooks 1.0), and not long ago. Give it the body as it came, `file_get_contents('php://input')`, before anything
     * has parsed it.
     *
     * It does not know whether you have had the event before: the service sends it again until your 2xx reaches it. So
     * remember `id` for a week, or make what you do harmless when done twice.
     *
     * @param array<string, string|list<string>> $headers as `getallheaders()` or a PSR-7 request has them
     * @param string|list<string> $secret `whsec_...`, or several while you change it
     * @param int $toleranceMs by how much the time of sending may differ from yours. At most an hour
     * @throws WebhookRefused with one of the `WEBHOOK_...` codes. Answer 400 then
     * @throws OptionInvalid
     */
    public static function verify(
        string $payload,
        array $headers,
        #[\SensitiveParameter]
        string|array $secret,
        int $toleranceMs = 300_000,
        ?Clock $clock = null,
    ): WebhookEvent {
        Options::within('toleranceMs', $toleranceMs, 0, 3_600_000);
        $keys = self::readSecrets(is_string($secret) ? [$secret] : $secret);
        if (strlen($payload) > self::MAX_BODY) {
            throw self::refused('WEBHOOK_BODY_INVALID', 'it is too long');
        }
        $id = self::readHeader($headers, 'webhook-id');
        $timestamp = self::readHeader($headers, 'webhook-timestamp');
        $signatures = self::readHeader($headers, 'webhook-signature');

        // Whole seconds in plain decimal; `1e9` and `0x10` are other people's numbers.
        if (preg_match('/\A[1-9]\d{0,11}\z/', $timestamp) !== 1) {
            throw self::refused('WEBHOOK_HEADERS_INVALID', 'webhook-timestamp is no time');
        }
        if (str_contains($id, '.')) {
            throw self::refused('WEBHOOK_HEADERS_INVALID', 'webhook-id has a dot');
        }
        $nowMs = ($clock ?? new SystemClock())->nowMs();
        if (abs($nowMs - (int) $timestamp * 1000) > $toleranceMs) {
            throw self::refused('WEBHOOK_TIMESTAMP_REFUSED', 'it was sent too long ago, or the clocks differ');
        }
        if (!self::isSignedBy($keys, $signatures, "{$id}.{$timestamp}.{$payload}")) {
            throw self::refused('WEBHOOK_SIGNATURE_WRONG', 'no signature in it is of your secret');
        }
        return self::readEvent($id, $payload);
    }

    /** @param list<string> $keys */
    private static function isSignedBy(array $keys, string $header, string $signed): bool
    {
        $given = explode(' ', $header);
        if (count($given) > self::MAX_SIGNATURES) {
            return false;
        }
        $isGood = false;
        foreach ($keys as $key) {
            $right = hash_hmac('sha256', $signed, $key, true);
            foreach ($given as $one) {
                $signature = str_starts_with($one, 'v1,') ? self::decode(substr($one, 3)) : null;
                if ($signature !== null && hash_equals($right, $signature)) {
                    $isGood = true;
                }
            }
        }
        return $isGood;
    }

    /**
     * @param array<mixed> $secrets
     * @return list<string>
     */
    private static function readSecrets(#[\SensitiveParameter] array $secrets): array
    {
        $keys = [];
        foreach ($secrets as $text) {
            $isOne = is_string($text) && str_starts_with($text, self::PREFIX);
            $key = $isOne ? self::decode(substr($text, strlen(self::PREFIX))) : null;
            // An empty key is one that everybody has.
            if ($key === null || strlen($key) < 24) {
                $keys = [];
                break;
            }
            $keys[] = $key;
        }
        if ($keys === []) {
            throw Options::invalid('"secret" must be the text that begins with whsec_, or a list of such.');
        }
        return $keys;
    }

    /**
     * Exactly one value; a header given twice says different things to different readers.
     *
     * @param array<mixed> $headers
     */
    private static function readHeader(array $headers, string $name): string
    {
        $values = [];
        foreach ($headers as $key => $value) {
            if (strtolower((string) $key) === $name) {
                array_push($values, ...(is_array($value) ? array_values($value) : [$value]));
            }
        }
        $value = count($values) === 1 ? $values[0] : null;
        if (!is_string($value) || $value === '' || strlen($value) > 1024) {
            throw self::refused('WEBHOOK_HEADERS_INVALID', "{$name} is missing, or there is more than one");
        }
        return $value;
    }

    private static function readEvent(string $id, string $body): WebhookEvent
    {
        try {
            $event = StrictJson::parse($body);
        } catch (\UnexpectedValueException) {
            throw self::refused('WEBHOOK_BODY_INVALID', 'it is not unambiguous JSON');
        }
        $type = $event->type ?? null;
        $data = $event->data ?? null;
        if (!$event instanceof \stdClass || !is_string($type) || !$data instanceof \stdClass) {
            throw self::refused('WEBHOOK_BODY_INVALID', 'it is no event');
        }
        $at = self::instantMs($event->timestamp ?? null);
        if ($at === null) {
            throw self::refused('WEBHOOK_BODY_INVALID', 'its timestamp is no time');
        }
        return new WebhookEvent($id, $type, $at, json_decode(json_encode($data, JSON_THROW_ON_ERROR), true));
    }

    /** The form that the service writes (RFC 3339 in UTC); PHP's own reader takes "yesterday" for a time. */
    private static function instantMs(mixed $text): ?int
    {
        $shape = '/\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?Z\z/';
        if (!is_string($text) || preg_match($shape, $text, $part) !== 1) {
            return null;
        }
        $at = \DateTimeImmutable::createFromFormat('!Y-m-d\TH:i:sP', $part[1] . '+00:00');
        if ($at === false || $at->format('Y-m-d\TH:i:s') !== $part[1]) {
            return null;
        }
        return $at->getTimestamp() * 1000 + (int) str_pad($part[2] ?? '', 3, '0');
    }

    /**
     * RFC 4648 section 4, with its padding and nothing else: bits beyond the end would give one signature many texts.
     */
    private static function decode(string $text): ?string
    {
        $bytes = strlen($text) > 200 ? false : base64_decode($text, true);
        return $bytes !== false && base64_encode($bytes) === $text ? $bytes : null;
    }

    private static function refused(string $code, string $why): WebhookRefused
    {
        return new WebhookRefused($code, "This is no message of the service to this webhook: {$why}.");
    }
}
