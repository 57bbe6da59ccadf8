<?php

declare(strict_types=1);

namespace App;

use Countersign\Symfony\Countersign;
use Countersign\Symfony\RequireRecent;
use Symfony\Component\HttpFoundation\RedirectResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

/** The pages of the shop. */
final class Pages
{
    public function __construct(private readonly Countersign $countersign, private readonly Table $users)
    {
    }

    public function start(): Response
    {
        return self::page('start', ['ownPasswords' => self::ownPasswords(), 'refused' => '']);
    }

    public function signIn(): Response
    {
        return self::page('sign-in', [
            'service' => (string) getenv('COUNTERSIGN_URL'),
            'resource' => (string) getenv('COUNTERSIGN_RESOURCE'),
            'ownPasswords' => self::ownPasswords() ? '1' : '',
        ]);
    }

    public function password(Request $request): Response
    {
        $user = $this->users->find('name', $request->request->getString('name'));
        // Unknown names take as long as known ones.
        $stored = $user['password'] ?? '$2y$12$' . str_repeat('x', 53);
        $isRight = password_verify($request->request->getString('password'), $stored);
        if (!$isRight || ($user['countersign_id'] ?? null) === null) {
            return self::page('start', ['ownPasswords' => true, 'refused' => 'Wrong name or password.'], 403);
        }
        // In place of a sign-in.
        return $this->countersign->beginSecondFactor($request, $user, $user['countersign_id'])
            ?? new RedirectResponse('/sign-in', 303);
    }

    #[RequireRecent(acr: '1')]
    public function account(Request $request): Response
    {
        return self::page('account', ['login' => $this->countersign->user($request)['login']]);
    }

    #[RequireRecent(acr: '2', maxAgeMs: 300_000)]
    public function transfer(): Response
    {
        return new Response('Two factors within five minutes.');
    }

    private static function ownPasswords(): bool
    {
        return getenv('OWN_PASSWORDS') === '1';
    }

    private static function page(string $name, array $values, int $status = 200): Response
    {
        $text = static fn (string $raw) => htmlspecialchars($raw, ENT_QUOTES);
        extract($values);
        ob_start();
        require __DIR__ . "/../templates/{$name}.php";
        return new Response((string) ob_get_clean(), $status);
    }
}
