<?php

declare(strict_types=1);

use App\Kernel;
use Symfony\Component\HttpFoundation\Request;

$packages = __DIR__ . '/../vendor/autoload.php';
if (is_file($packages)) {
    require $packages;
}
foreach (['Kernel', 'Table', 'Pages'] as $class) {
    require_once __DIR__ . "/../src/{$class}.php";
}
$kernel = new Kernel('prod', false);
$response = $kernel->handle($request = Request::createFromGlobals());
$response->send();
$kernel->terminate($request, $response);
