<?php

declare(strict_types=1);

// Two-factor sign-in on PHP without a framework: the front controller. With OWN_PASSWORDS=1 this site checks the passwords,
// and Countersign the second factor.

use Countersign\Keys\FileKeyCache;
use Countersign\ResultClaims;
use Countersign\Site\LevelDemand;
use Countersign\Site\PhpSite;
use Countersign\Site\SignIn;
use Countersign\Site\Users;

$packages = __DIR__ . '/vendor/autoload.php';
if (is_file($packages)) {
    require $packages;
}

function setting(string $name): string
{
    return (getenv($name) ?: '') === '' ? throw new RuntimeException("Set {$name}.") : getenv($name);
}

/** This site's own table: id, name, password, countersign_id, blocked. */
final class Table implements Users
{
    private readonly PDO $database;

    public function __construct()
    {
        $this->database = new PDO('sqlite:' . setting('DATABASE'));
    }

    /** The user with that value, unless blocked. */
    public function find(string $column, string $value): ?array
    {
        $found = $this->database->prepare("SELECT * FROM users WHERE {$column} = ? AND NOT blocked");
        $found->execute([$value]);
        return $found->fetch(PDO::FETCH_ASSOC) ?: null;
    }

    public function ofResult(ResultClaims $claims): ?array
    {
        return $this->find('countersign_id', $claims->sub);
    }

    public function byId(string $id): ?array
    {
        return $this->find('id', $id);
    }

    public function idOf(mixed $user): string
    {
        return (string) $user['id'];
    }

    public function passwordOf(mixed $user): ?string
    {
        return $user['password'];
    }
}

$ownPasswords = getenv('OWN_PASSWORDS') === '1';
$users = new Table();
session_save_path(setting('SESSIONS'));
ini_set('session.use_strict_mode', '1');
$isSecure = str_starts_with(setting('ORIGIN'), 'https:');
session_start(['cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'cookie_secure' => $isSecure, 'name' => 'session']);

$site = new PhpSite(new SignIn(
    service: setting('COUNTERSIGN_URL'),
    resource: setting('COUNTERSIGN_RESOURCE'),
    origin: setting('ORIGIN'),
    keyCache: new FileKeyCache(setting('SESSIONS') . '/keys'),
    users: $users,
    apiKey: setting('COUNTERSIGN_API_KEY'),
    siteChecksPassword: $ownPasswords,
    afterSignIn: '/account',
));
$site->routes();

function page(string $name, array $values): void
{
    header('Content-Type: text/html; charset=utf-8');
    $text = static fn (string $raw) => htmlspecialchars($raw, ENT_QUOTES);
    extract($values);
    require __DIR__ . "/pages/{$name}.php";
}

$path = explode('?', $_SERVER['REQUEST_URI'], 2)[0];
$route = ($_SERVER['REQUEST_METHOD'] === 'HEAD' ? 'GET' : $_SERVER['REQUEST_METHOD']) . " {$path}";
switch ($route) {
    case 'GET /':
        page('start', ['ownPasswords' => $ownPasswords, 'refused' => '']);
        break;
    case 'GET /sign-in':
        page('sign-in', [
            'service' => setting('COUNTERSIGN_URL'),
            'resource' => setting('COUNTERSIGN_RESOURCE'),
            'ownPasswords' => $ownPasswords ? '1' : '',
        ]);
        break;
    case 'POST /password':
        $user = $users->find('name', (string) ($_POST['name'] ?? ''));
        // Unknown names take as long as known ones.
        $stored = $user['password'] ?? '$2y$12$' . str_repeat('x', 53);
        if (!password_verify((string) ($_POST['password'] ?? ''), $stored) || ($user['countersign_id'] ?? null) === null) {
            http_response_code(403);
            page('start', ['ownPasswords' => true, 'refused' => 'Wrong name or password.']);
            break;
        }
        $site->beginSecondFactor($user, $user['countersign_id']); // in place of a sign-in
        header('Location: /sign-in', true, 303);
        break;
    case 'GET /account':
        $site->requireRecent(new LevelDemand(acr: '1'));
        page('account', ['login' => $site->user()['login']]);
        break;
    case 'GET /transfer':
        $site->requireRecent(new LevelDemand(acr: '2', maxAgeMs: 300_000));
        echo 'Two factors within five minutes.';
        break;
    default:
        http_response_code(404);
}
