<?php

declare(strict_types=1);

namespace Countersign\Http;

use Countersign\Options;

/** Requests by ext-curl. Keeps its connection for the next read. */
final class CurlHttpClient implements HttpClient
{
    private ?\CurlHandle $handle = null;

    /**
     * @param string|null $caFile certificates (PEM) to trust instead of the system's, for a service with a CA of your
     * own
     */
    public function __construct(private readonly ?string $caFile = null)
    {
        if ($caFile !== null && !is_readable($caFile)) {
            throw Options::invalid('"caFile" must be a file with certificates.');
        }
    }

    public function send(HttpRequest $request): HttpResponse
    {
        $handle = $this->handle ??= curl_init();
        curl_reset($handle);
        $headers = [];
        $body = '';
        $isTooLarge = false;
        $maxBytes = $request->maxBytes;
        curl_setopt_array($handle, $this->settings($request) + [
            CURLOPT_HEADERFUNCTION => static function ($handle, string $line) use (&$headers): int {
                if (str_starts_with($line, 'HTTP/')) {
                    $headers = []; // of an interim answer until now
                } elseif (str_contains($line, ':')) {
                    [$name, $value] = explode(':', $line, 2);
                    $headers[strtolower(trim($name))] = trim($value);
                }
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function (
                $handle,
                string $chunk,
            ) use (&$body, &$isTooLarge, $maxBytes): int {
                $isTooLarge = strlen($body) + strlen($chunk) > $maxBytes;
                if ($isTooLarge) {
                    return 0; // which ends the transfer
                }
                $body .= $chunk;
                return strlen($chunk);
            },
        ]);
        $isDone = curl_exec($handle);
        $error = curl_errno($handle);
        if ($isTooLarge) {
            throw new HttpFailure('too-large', "The answer has more than {$maxBytes} bytes.");
        }
        if ($isDone === false || $error !== 0) {
            throw $error === CURLE_OPERATION_TIMEDOUT
                ? new HttpFailure('timeout', "No answer within {$request->timeoutMs} ms.")
                // The library's own words for the number: its longer text may quote.
                : new HttpFailure('network', 'The request failed (' . (curl_strerror($error) ?? $error) . ').');
        }
        return new HttpResponse((int) curl_getinfo($handle, CURLINFO_RESPONSE_CODE), $headers, $body);
    }

    /** @return array<int, mixed> */
    private function settings(HttpRequest $request): array
    {
        // An empty Expect: without it curl waits for a word of the service before it sends what is long.
        $lines = ['expect:', 'user-agent: countersign-php'];
        foreach ($request->headers() as $name => $value) {
            $lines[] = "{$name}: {$value}";
        }
        $settings = [
            CURLOPT_URL => $request->url,
            CURLOPT_CUSTOMREQUEST => $request->method,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_PROTOCOLS => str_starts_with($request->url, 'https:') ? CURLPROTO_HTTPS : CURLPROTO_HTTP,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_TIMEOUT_MS => $request->timeoutMs,
            CURLOPT_CONNECTTIMEOUT_MS => $request->timeoutMs,
            // On a kept connection that turns out to be dead curl sends again by itself, though the first may have come.
            CURLOPT_FRESH_CONNECT => $request->once,
            CURLOPT_FORBID_REUSE => $request->once,
        ];
        if (!str_starts_with($request->url, 'https:')) {
            // What is not encrypted stays on this machine, whatever proxy the environment names.
            $settings[CURLOPT_PROXY] = '';
        }
        $body = $request->body();
        if ($body !== null) {
            $settings[CURLOPT_POSTFIELDS] = $body;
        }
        if ($this->caFile !== null) {
            $settings[CURLOPT_CAINFO] = $this->caFile;
        }
        return $settings;
    }
}
