<?php

declare(strict_types=1);

// Two requests to the example of Laravel, with a login form in it that was forgotten when Countersign came: what it answers,
// and whether its visitor is signed in afterwards.

use App\User;
use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Symfony\Component\HttpFoundation\Response;

function ask(string $path, array $cookies): Response
{
    $app = require __DIR__ . '/../../../docs/examples/laravel/bootstrap/app.php';
    $app->booted(static function () use ($app): void {
        $web = $app->make('router')->middleware('web');
        $web->get('/forgotten', static fn () => Auth::login(User::firstOrFail()));
        $app->make('router')->middleware('web')->get('/who', static fn () => Auth::check() ? 'a user' : 'no user');
    });
    $kernel = $app->make(Kernel::class);
    $request = Request::create($path, cookies: $cookies);
    $response = $kernel->handle($request);
    $kernel->terminate($request, $response);
    return $response;
}

$forgotten = ask('/forgotten', []);
$cookies = [];
foreach ($forgotten->headers->getCookies() as $cookie) {
    $cookies[$cookie->getName()] = $cookie->getValue();
}
echo json_encode([$forgotten->getStatusCode(), array_keys($cookies), ask('/who', $cookies)->getContent()]);
