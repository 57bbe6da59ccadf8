<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Clock;
use Countersign\Exception\CountersignException;
use Countersign\Exception\RequestRefused;
use Countersign\Exception\ServiceUnreachable;
use Countersign\Http\HttpClient;
use Countersign\Http\HttpFailure;
use Countersign\Http\HttpRequest;
use Countersign\Http\HttpResponse;
use Countersign\Secret;

/** @internal Sends requests to `/v1` and gives their answers. */
final class Transport
{
    private const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
    private const FIRST_DELAY_MS = 200;
    private const MAX_DELAY_MS = 5000;
    /** After these the same request may well succeed. A 500 is not among them: it is a bug, and stays one. */
    private const TRANSIENT_STATUS = [429, 502, 503, 504];

    /**
     * @param string $url without a slash at its end
     * @param Secret<string> $apiKey
     * @param int $timeoutMs of one attempt
     * @param int $retries after the first attempt
     * @param int $maxRetryWaitMs a service that wants a longer wait than this is not waited for
     */
    public function __construct(
        private readonly string $url,
        private readonly Secret $apiKey,
        private readonly HttpClient $http,
        private readonly Clock $clock,
        private readonly int $timeoutMs,
        private readonly int $retries,
        private readonly int $maxRetryWaitMs,
    ) {
    }

    /**
     * The members of the answer; none for a 204.
     *
     * @param string $path below `/v1`, with its slash
     * @param array<string, mixed>|null $body
     * @param array<string, string|int|bool|null> $query
     * @throws CountersignException
     */
    public function send(
        Kind $kind,
        string $method,
        string $path,
        #[\SensitiveParameter]
        ?array $body = null,
        array $query = [],
    ): Answer {
        $request = new HttpRequest(
            method: $method,
            url: "{$this->url}/v1{$path}" . self::queryOf($query),
            headers: $this->headersOf($kind, $body !== null),
            body: $body === null ? null : self::encode($body),
            timeoutMs: $this->timeoutMs,
            maxBytes: self::MAX_ANSWER_BYTES,
            once: $kind === Kind::Once,
        );
        for ($tried = 1; ; $tried++) {
            try {
                return $this->attempt($request);
            } catch (CountersignException $exception) {
                $isLast = $kind === Kind::Once || $tried > $this->retries;
                $delayMs = $isLast ? null : $this->delayMs($exception, $tried);
                if ($delayMs === null) {
                    throw $exception;
                }
            }
            $this->clock->sleepMs($delayMs);
        }
    }

    private function attempt(HttpRequest $request): Answer
    {
        try {
            $answer = $this->http->send($request);
        } catch (HttpFailure $failure) {
            $codes = ['network' => 'NETWORK_FAILED', 'timeout' => 'TIMEOUT', 'too-large' => 'RESPONSE_INVALID'];
            throw new ServiceUnreachable($codes[$failure->reason], $failure->getMessage());
        }
        if ($answer->status === 204) {
            return new Answer([]);
        }
        $members = self::membersOf($answer->body);
        if ($answer->status < 200 || $answer->status > 299) {
            throw $this->problem($answer, $members);
        }
        if ($members === null) {
            throw new ServiceUnreachable('RESPONSE_INVALID', 'The answer is not JSON.', $answer->status);
        }
        return new Answer($members);
    }

    /**
     * What an answer means that is not a success: its code and texts if it is a problem of the service (RFC 9457), else
     * `RESPONSE_INVALID` with the status, as when a proxy in between answers for it.
     *
     * @param array<array-key, mixed>|null $problem
     */
    private function problem(HttpResponse $answer, ?array $problem): CountersignException
    {
        $waitMs = $problem['retryAfterMs'] ?? null;
        $retryAfterMs = is_int($waitMs) && $waitMs >= 0
            ? $waitMs
            : $this->parseRetryAfter($answer->headers['retry-after'] ?? '');
        $code = $problem['code'] ?? null;
        if (!is_string($code) || preg_match('/\A[A-Z][A-Z0-9_]{1,63}\z/', $code) !== 1) {
            return new ServiceUnreachable(
                'RESPONSE_INVALID',
                "The service answered {$answer->status} and no reason.",
                $answer->status,
                retryAfterMs: $retryAfterMs,
            );
        }
        $texts = array_filter(
            [$problem['title'] ?? null, $problem['detail'] ?? null],
            static fn (mixed $text) => is_string($text) && $text !== '',
        );
        $requestId = $problem['requestId'] ?? null;
        $errors = $problem['errors'] ?? null;
        return new RequestRefused(
            $code,
            $this->redact($texts === [] ? $code : implode(' ', $texts)),
            $answer->status,
            is_string($requestId) ? $this->redact($requestId) : null,
            $retryAfterMs,
            is_array($errors) ? $this->redactAll($errors) : null,
        );
    }

    /** Milliseconds from a `Retry-After` of seconds or of a date (RFC 9110 10.2.3). */
    private function parseRetryAfter(string $value): ?int
    {
        if (preg_match('/\A\d{1,9}\z/', $value) === 1) {
            return (int) $value * 1000;
        }
        $at = \DateTimeImmutable::createFromFormat('!D, d M Y H:i:s \G\M\T', $value, new \DateTimeZone('UTC'));
        return $at === false ? null : max(0, $at->getTimestamp() * 1000 - $this->clock->nowMs());
    }

    /**
     * How long to wait before the next attempt, or null if there should be none. Half of the delay is random, so that
     * clients who failed together do not come back together.
     */
    private function delayMs(CountersignException $exception, int $tried): ?int
    {
        $isTransient = $exception->status === null
            ? in_array($exception->errorCode, ['NETWORK_FAILED', 'TIMEOUT'], true)
            // The first attempt, whose answer was lost, is still at work.
            : in_array($exception->status, self::TRANSIENT_STATUS, true)
                || $exception->errorCode === 'IDEMPOTENCY_KEY_IN_USE';
        if (!$isTransient) {
            return null;
        }
        $backoffMs = min(self::MAX_DELAY_MS, self::FIRST_DELAY_MS * 2 ** ($tried - 1));
        $delayMs = random_int(intdiv($backoffMs, 2), $backoffMs);
        if ($exception->retryAfterMs === null) {
            return min($delayMs, $this->maxRetryWaitMs);
        }
        $isTooLong = $exception->retryAfterMs > $this->maxRetryWaitMs;
        return $isTooLong ? null : $exception->retryAfterMs + intdiv($delayMs, 2);
    }

    /** @return array<string, string> */
    private function headersOf(Kind $kind, bool $hasBody): array
    {
        $headers = ['accept' => 'application/json', 'authorization' => "Bearer {$this->apiKey->reveal()}"];
        if ($kind === Kind::Creation) {
            $headers['idempotency-key'] = bin2hex(random_bytes(16));
        }
        if ($hasBody) {
            $headers['content-type'] = 'application/json';
        }
        return $headers;
    }

    /** @param array<string, mixed> $body */
    private static function encode(#[\SensitiveParameter] array $body): string
    {
        try {
            // An object also when nothing is in it.
            return json_encode((object) $body, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        } catch (\JsonException) {
            throw new RequestRefused('INPUT_INVALID', 'What was given is not UTF-8, or cannot be written as JSON.');
        }
    }

    /** @param array<string, string|int|bool|null> $query */
    private static function queryOf(array $query): string
    {
        $given = array_filter($query, static fn (mixed $value) => $value !== null);
        $texts = array_map(static fn (mixed $value) => is_bool($value) ? ($value ? 'true' : 'false') : $value, $given);
        return $texts === [] ? '' : '?' . http_build_query($texts, '', '&', PHP_QUERY_RFC3986);
    }

    /** @return array<array-key, mixed>|null */
    private static function membersOf(string $body): ?array
    {
        $value = json_decode($body, false);
        return $value instanceof \stdClass ? json_decode($body, true) : null;
    }

    private function redact(string $text): string
    {
        return str_replace($this->apiKey->reveal(), '[API key]', $text);
    }

    /**
     * @param array<mixed> $values
     * @return list<array<string, mixed>>
     */
    private function redactAll(array $values): array
    {
        array_walk_recursive($values, function (mixed &$value): void {
            $value = is_string($value) ? $this->redact($value) : $value;
        });
        return array_values(array_filter($values, is_array(...)));
    }
}
