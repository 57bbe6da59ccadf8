<?php

// A page for whoever has signed in: plain PHP, and Countersign's library for it. php -S 127.0.0.1:3000 index.php

declare(strict_types=1);

require __DIR__ . '/../../../clients/php/autoload.php'; // yours is Composer's: vendor/autoload.php

use Countersign\Exception\CountersignException;
use Countersign\Keys\FileKeyCache;
use Countersign\Nonce;
use Countersign\Verifier;

[$service, $resource] = [(string) getenv('COUNTERSIGN_URL'), (string) getenv('COUNTERSIGN_RESOURCE')];
$origin = getenv('ORIGIN') ?: 'http://127.0.0.1:' . (getenv('PORT') ?: '3000');
$route = "{$_SERVER['REQUEST_METHOD']} " . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$text = static fn (string $text) => htmlspecialchars($text, ENT_QUOTES);

if (!in_array($route, ['GET /', 'POST /sign-in', 'POST /sign-out'], true)) {
    http_response_code(404);
    return;
}
$cookie = ['cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'cookie_secure' => str_starts_with($origin, 'https:')];
session_start($cookie + ['use_strict_mode' => true]);
$refused = '';
if ($route === 'POST /sign-in') {
    $nonce = $_SESSION['nonce'] ?? null;
    unset($_SESSION['nonce']); // first of all, so that it serves once
    try {
        $keys = new FileKeyCache(__DIR__ . '/state/keys'); // for this user alone; keep it out of the served folder
        $verifier = new Verifier(issuer: $service, resource: $resource, keyCache: $keys);
        $claims = $verifier->verifyResult($_POST['countersign_result'] ?? null, nonce: $nonce, origin: $origin);
        $_SESSION = ['login' => $claims->preferredUsername];
    } catch (CountersignException $exception) {
        http_response_code(403);
        $refused = $exception->errorCode;
    }
} elseif ($route === 'POST /sign-out') {
    $_SESSION = [];
}
if ($route !== 'GET /' && $refused === '') {
    session_regenerate_id(true); // a new id, as with any login
    header('Location: /', true, 303);
    return;
}
header('Cache-Control: no-store');
$nonce = $_SESSION['nonce'] ??= Nonce::create();
?>
<!doctype html><html lang="en"><title>Members</title>
<?php if (isset($_SESSION['login'])) { ?>
<h1>Hello, <?= $text($_SESSION['login']) ?></h1><form method="post" action="/sign-out"><button>Sign out</button></form>
<?php } else { ?>
<h1>Please sign in</h1><p role="alert"><?= $text($refused) ?></p><form method="post" action="/sign-in">
<div data-countersign data-resource="<?= $text($resource) ?>" data-nonce="<?= $nonce ?>"></div></form>
<script src="<?= $text($service) ?>/widget/v1/countersign.js"></script>
<?php } ?>
