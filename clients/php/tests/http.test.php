<?php

declare(strict_types=1);

use Countersign\Http\CurlHttpClient;
use Countersign\Http\HttpFailure;
use Countersign\Http\HttpRequest;

// Against a server that the caller of these tests has started; see php.test.ts.

function ask(
    string $path,
    string $method = 'GET',
    ?string $body = null,
    int $timeoutMs = 5000,
    int $maxBytes = 1000,
    bool $once = false,
): HttpRequest {
    $url = getenv('TEST_SERVER') . $path;
    return new HttpRequest($method, $url, ['x-test' => 'sent', 'accept' => 'a/b'], $body, $timeoutMs, $maxBytes, $once);
}

function reasonOf(callable $act): string
{
    try {
        $act();
    } catch (HttpFailure $failure) {
        return $failure->reason;
    }
    throw new Failure('there was an answer');
}

test('method, headers and body arrive, and status, headers and body come back', static function (): void {
    $http = new CurlHttpClient();
    foreach (['GET' => null, 'POST' => '{"a":"é"}', 'PATCH' => '{}', 'DELETE' => null] as $method => $body) {
        $answer = $http->send(ask('/echo', $method, $body));
        $seen = json_decode($answer->body, true);
        same([200, $method, $body ?? ''], [$answer->status, $seen['method'], $seen['body']]);
        same(['sent', 'a/b', null], [$seen['headers']['x-test'], $seen['headers']['accept'], $seen['headers']['expect'] ?? null]);
        same('seen', $answer->headers['x-mixed-case']);
    }
    same(418, $http->send(ask('/status'))->status);
});

test('a long body is sent without waiting for leave', static function (): void {
    $seen = json_decode((new CurlHttpClient())->send(ask('/length', 'POST', str_repeat('x', 3_000_000)))->body, true);
    same([3_000_000, null], [$seen['length'], $seen['expect']]);
});

test('redirects are not followed', static function (): void {
    $answer = (new CurlHttpClient())->send(ask('/redirect'));
    same([302, '/echo'], [$answer->status, $answer->headers['location']]);
});

test('no answer, half an answer and a slow one end in time', static function (): void {
    $http = new CurlHttpClient();
    $begin = microtime(true);
    same('timeout', reasonOf(static fn () => $http->send(ask('/silent', timeoutMs: 300))));
    same('timeout', reasonOf(static fn () => $http->send(ask('/drip', timeoutMs: 300))));
    same(true, microtime(true) - $begin < 5);
    same('network', reasonOf(static fn () => $http->send(ask('/cut'))));
    same('network', reasonOf(static fn () => $http->send(new HttpRequest('GET', getenv('TEST_CLOSED'), [], null, 5000, 10, false))));
});

test('an answer that is too long is broken off, however long it says it is', static function (): void {
    $http = new CurlHttpClient();
    same('too-large', reasonOf(static fn () => $http->send(ask('/endless'))));
    same('too-large', reasonOf(static fn () => $http->send(ask('/endless', maxBytes: 0))));
});

test('only http and https are spoken', static function (): void {
    $request = static fn (string $url) => new HttpRequest('GET', $url, [], null, 1000, 1000, false);
    foreach (['file:///etc/hostname', 'ftp://127.0.0.1/', 'gopher://127.0.0.1/'] as $url) {
        same('network', reasonOf(static fn () => (new CurlHttpClient())->send($request($url))), $url);
    }
});

test('what is not encrypted goes to no proxy, so that a key for this machine stays on it', static function (): void {
    foreach (['http_proxy', 'all_proxy'] as $name) {
        putenv("{$name}=" . getenv('TEST_CLOSED'));
        try {
            same(200, (new CurlHttpClient())->send(ask('/echo'))->status);
        } finally {
            putenv($name);
        }
    }
});

// The attack on a person's attempts: the connection that was kept dies as a request is sent on it, and the library sends it
// once more by itself, though the first may have been counted.
test('what counts twice is not sent again on a connection that died, while reads are', static function (): void {
    $http = new CurlHttpClient();
    $http->send(ask('/echo'));
    same('network', reasonOf(static fn () => $http->send(ask('/dies/once', 'POST', '{}', once: true))));
    same(1, (int) $http->send(ask('/dies/once/count'))->body);
});

test('a certificate that nobody vouches for is refused, and one for another host', static function (): void {
    $request = static fn (string $host) => new HttpRequest('GET', "https://{$host}/echo", [], null, 5000, 1000, false);
    $trusting = new CurlHttpClient(getenv('TEST_CA'));
    putenv('https_proxy=' . getenv('TEST_SERVER')); // which leads every host to the one server
    try {
        same(200, $trusting->send($request('hooks.example'))->status);
        same('network', reasonOf(static fn () => $trusting->send($request('other.example'))));
        same('network', reasonOf(static fn () => (new CurlHttpClient())->send($request('hooks.example'))));
    } finally {
        putenv('https_proxy');
    }
    refused('OPTION_INVALID', static fn () => new CurlHttpClient('/nowhere/ca.pem'));
});
