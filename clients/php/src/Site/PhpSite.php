<?php

declare(strict_types=1);

namespace Countersign\Site;

/** The routes and guards with PHP's own sessions and nothing else. Call `session_start` as ever. */
final class PhpSite implements Session
{
    private const KEY = 'countersign';

    /** @param list<string> $keep names of your own values in the session that survive a sign-in and sign-out */
    public function __construct(private readonly SignIn $signIn, private readonly array $keep = [])
    {
        if (ini_get('session.use_strict_mode') !== '1') {
            // Otherwise PHP takes any id that a visitor brings.
            throw \Countersign\Options::invalid('Set session.use_strict_mode to 1 before session_start.');
        }
    }

    /** Answers and ends the script if the request is for one of the routes: call it before your pages. */
    public function routes(): void
    {
        $path = explode('?', $_SERVER['REQUEST_URI'] ?? '', 2)[0];
        foreach (SignIn::ROUTES as $route) {
            if ($path === "{$this->signIn->basePath}/{$route}") {
                $body = (string) file_get_contents('php://input', length: RouteRequest::MAX_BODY_BYTES + 1);
                self::send($this->signIn->respond($route, self::request($body), $this));
            }
        }
    }

    /** Lets users pass whose sign-in is enough; for others it answers and ends the script. */
    public function requireRecent(LevelDemand $demand): void
    {
        $answer = $this->signIn->guard($demand, self::request(), $this);
        if ($answer !== null) {
            self::send($answer);
        }
    }

    /** @return array<string, mixed>|null see `SignIn::user` */
    public function user(): ?array
    {
        return $this->signIn->user($this);
    }

    /** See `SignIn::beginSecondFactor`. A post of another site is answered here. */
    public function beginSecondFactor(mixed $user, string $subject): void
    {
        try {
            $this->signIn->beginSecondFactor(self::request(), $this, $user, $subject);
        } catch (Refused $refused) {
            self::send($refused->response());
        }
    }

    public function read(): array
    {
        return $_SESSION[self::KEY] ?? [];
    }

    public function write(array $state): void
    {
        $_SESSION[self::KEY] = $state;
    }

    public function renew(mixed $user): void
    {
        $_SESSION = array_intersect_key($_SESSION, array_flip($this->keep));
        // PHP only warns where there was output before. The id would be one that an attacker may have planted.
        if (!@session_regenerate_id(true)) {
            throw new \RuntimeException('The session got no new id: sign in before there is any output.');
        }
    }

    private static function request(#[\SensitiveParameter] string $body = ''): RouteRequest
    {
        return new RouteRequest(
            $_SERVER['REQUEST_METHOD'] ?? '',
            $_SERVER['HTTP_ORIGIN'] ?? null,
            $_SERVER['HTTP_SEC_FETCH_SITE'] ?? null,
            $_SERVER['CONTENT_TYPE'] ?? $_SERVER['HTTP_CONTENT_TYPE'] ?? null,
            $body,
            $_SERVER['HTTP_ACCEPT'] ?? '',
            $_SERVER['REQUEST_URI'] ?? '/',
        );
    }

    private static function send(RouteResponse $answer): never
    {
        http_response_code($answer->status);
        header('Content-Type: application/json');
        foreach ($answer->headers as $name => $value) {
            header("{$name}: {$value}", true, $answer->status);
        }
        echo $answer->json();
        exit;
    }
}
