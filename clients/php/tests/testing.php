<?php

declare(strict_types=1);

use Countersign\Clock;
use Countersign\Exception\CountersignException;
use Countersign\Http\HttpClient;
use Countersign\Http\HttpFailure;
use Countersign\Http\HttpRequest;
use Countersign\Http\HttpResponse;

/** What there is to run. */
final class Tests
{
    /** @var list<array{string, callable(): void}> */
    public static array $all = [];
    public static string $file = '';
}

/** @param callable(): void $body */
function test(string $name, callable $body): void
{
    Tests::$all[] = [Tests::$file . ': ' . $name, $body];
}

final class Failure extends Exception
{
}

function same(mixed $expected, mixed $actual, string $about = ''): void
{
    if ($expected !== $actual) {
        throw new Failure("{$about} expected " . shown($expected) . ', and it is ' . shown($actual));
    }
}

function contains(string $part, string $text): void
{
    if (!str_contains($text, $part)) {
        throw new Failure('expected ' . shown($part) . ' in ' . shown($text));
    }
}

function lacks(string $part, string $text): void
{
    if (str_contains($text, $part)) {
        throw new Failure('expected no ' . shown($part) . ' in ' . shown(substr($text, 0, 300)));
    }
}

/** The refusal that it ends with; fails if there is none, or one that the library did not throw on purpose. */
function refusal(callable $act): CountersignException
{
    try {
        $act();
    } catch (CountersignException $refusal) {
        return $refusal;
    }
    throw new Failure('this was not refused');
}

function refused(string $code, callable $act, string $about = ''): CountersignException
{
    $refusal = refusal($act);
    same($code, $refusal->errorCode, $about);
    return $refusal;
}

function shown(mixed $value): string
{
    return substr(var_export($value, true), 0, 2000);
}

/** A file of the corpus that all languages share. */
function vectors(string $name): array
{
    $text = file_get_contents(__DIR__ . "/../../../shared/vectors/{$name}");
    return json_decode($text, true, 512, JSON_THROW_ON_ERROR);
}

/** A time that only passes when it is told to, or when somebody sleeps. */
final class FakeClock implements Clock
{
    /** @var list<int> */
    public array $slept = [];

    public function __construct(public int $ms)
    {
    }

    public function nowMs(): int
    {
        return $this->ms;
    }

    public function sleepMs(int $ms): void
    {
        $this->slept[] = $ms;
        $this->ms += $ms;
    }
}

/** Gives the answers in turn (the last one again and again) and remembers what it was asked. */
final class ScriptedHttp implements HttpClient
{
    /** @var list<HttpRequest> */
    public array $requests = [];
    /** @var list<callable(HttpRequest): HttpResponse> */
    private array $answers;

    public function __construct(callable ...$answers)
    {
        $this->answers = array_values($answers);
    }

    public function send(HttpRequest $request): HttpResponse
    {
        $this->requests[] = $request;
        return $this->answers[min(count($this->requests), count($this->answers)) - 1]($request);
    }

    /** @return list<string> `METHOD /path` */
    public function lines(): array
    {
        $path = static fn (string $url) => substr($url, strlen('https://auth.example/v1'));
        return array_map(static fn (HttpRequest $one) => "{$one->method} {$path($one->url)}", $this->requests);
    }

    public function body(int $index): mixed
    {
        return json_decode($this->requests[$index]->body(), true);
    }
}

function json(mixed $body, int $status = 200, array $headers = []): callable
{
    return static fn () => new HttpResponse($status, $headers, json_encode($body, JSON_THROW_ON_ERROR));
}

function problem(int $status, string $code, array $more = [], array $headers = []): callable
{
    $body = $more + ['title' => 'No.', 'status' => $status, 'code' => $code, 'requestId' => 'req_1'];
    return json($body, $status, $headers);
}

function gone(): callable
{
    return static fn () => new HttpResponse(204, [], '');
}

function failure(string $reason): callable
{
    return static fn () => throw new HttpFailure($reason, 'It failed.');
}

/** A folder for the moment. */
function temporaryFolder(): string
{
    $folder = sys_get_temp_dir() . '/countersign-php-' . bin2hex(random_bytes(8));
    mkdir($folder, 0700);
    register_shutdown_function(static function () use ($folder): void {
        array_map('unlink', glob("{$folder}/*"));
        rmdir($folder);
    });
    return $folder;
}
