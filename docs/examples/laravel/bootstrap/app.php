<?php

declare(strict_types=1);

// Two-factor sign-in on Laravel. With OWN_PASSWORDS=1 this site checks the passwords, and Countersign the second factor.

use App\HttpKernel;
use Illuminate\Contracts\Console\Kernel as ConsoleContract;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as HttpContract;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Console\Kernel as ConsoleKernel;
use Illuminate\Foundation\Exceptions\Handler;

$packages = __DIR__ . '/../vendor/autoload.php';
if (is_file($packages)) {
    require $packages;
}
foreach (['APP_KEY', 'STORAGE', 'DATABASE', 'ORIGIN', 'COUNTERSIGN_URL', 'COUNTERSIGN_RESOURCE', 'COUNTERSIGN_API_KEY'] as $name) {
    if ((getenv($name) ?: '') === '') {
        throw new RuntimeException("Set {$name}.");
    }
}
foreach (['HttpKernel', 'User'] as $class) {
    require_once __DIR__ . "/../app/{$class}.php";
}
$app = new Application(dirname(__DIR__));
$app->useStoragePath(getenv('STORAGE'));
$app->useBootstrapPath(getenv('STORAGE') . '/bootstrap');
$app->singleton(HttpContract::class, HttpKernel::class);
$app->singleton(ConsoleContract::class, ConsoleKernel::class);
$app->singleton(ExceptionHandler::class, Handler::class);
$app->booted(static fn () => $app->make('router')->middleware('web')->group(__DIR__ . '/../routes/web.php'));
return $app;
