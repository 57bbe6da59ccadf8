<?php

declare(strict_types=1);

use Countersign\Demand;
use Countersign\Exception\OptionInvalid;
use Countersign\Http\HttpClient;
use Countersign\Http\HttpRequest;
use Countersign\Http\HttpResponse;
use Countersign\Keys\MemoryKeyCache;
use Countersign\OtpUse;
use Countersign\ResultClaims;
use Countersign\Site\LevelDemand;
use Countersign\Site\RouteRequest;
use Countersign\Site\RouteResponse;
use Countersign\Site\Rules;
use Countersign\Site\Session;
use Countersign\Site\SignIn;
use Countersign\Site\Users;

function siteVectors(string $name): array
{
    $text = file_get_contents(__DIR__ . "/../../../shared/vectors/sites/{$name}");
    return json_decode($text, true, flags: JSON_THROW_ON_ERROR);
}

// A sign-in that leads to another site hands the user to a copy of yours.
foreach (siteVectors('redirects.json')['cases'] as $case) {
    test("sites/redirects.json: {$case['name']}", static function () use ($case): void {
        $next = $case['next'];
        if (is_array($next) && isset($next['repeat'])) {
            $next = $next['prefix'] . str_repeat($next['repeat'], $next['times']) . $next['suffix'];
        }
        same($case['accept'], Rules::isSafeNext($next));
    });
}

// Login CSRF: another site signs a visitor in as the attacker.
$posts = siteVectors('posts.json');
foreach ($posts['cases'] as $case) {
    test("sites/posts.json: {$case['name']}", static function () use ($case, $posts): void {
        $headers = [];
        foreach ($case['headers'] as ['name' => $name, 'value' => $value]) {
            $headers[strtolower($name)] = $value;
        }
        $request = new RouteRequest(
            $case['method'] ?? $posts['defaults']['method'],
            $headers['origin'] ?? null,
            $headers['sec-fetch-site'] ?? null,
            $headers['content-type'] ?? null,
        );
        $origin = $case['origin'] ?? $posts['defaults']['origin'];
        same($case['expect'], Rules::refusePost($origin, $request, needsType: true) ?? 'accept');
    });
}

$stepUp = siteVectors('step-up.json');
foreach ($stepUp['levels'] as $case) {
    test("sites/step-up.json: {$case['name']}", static function () use ($case): void {
        ['acr' => $acr, 'otp' => $otp, 'auth_time' => $authTime] = $case['claims'];
        same($case['expect'], Rules::levelOf($acr, OtpUse::from($otp), $authTime, $case['passwordCheckedAt'] ?? null));
    });
}
// A thief sits down at a browser that was left signed in.
foreach ($stepUp['cases'] as $case) {
    test("sites/step-up.json: {$case['name']}", static function () use ($case): void {
        try {
            $demand = new LevelDemand(...$case['demand']);
            same($case['expect'], $demand->missing($case['session'], $case['now']) ?? 'accept');
        } catch (OptionInvalid | TypeError) {
            // A type error of PHP stands for what was lost on the way.
            same($case['expect'], 'OPTION_INVALID');
        }
    });
}

final class MemorySession implements Session
{
    /** @param array<string, mixed> $state */
    public function __construct(public array $state)
    {
    }

    public function read(): array
    {
        return $this->state;
    }

    public function write(array $state): void
    {
        $this->state = $state;
    }

    public function renew(mixed $user): void
    {
        $this->state = [];
    }
}

/** A session of two factors, an hour old, at a site that wants two of every sign-in. */
function twoFactorSession(): MemorySession
{
    $user = ['account' => 'usr_2v6m0c4x9ta', 'id' => 'usr_2v6m0c4x9ta', 'login' => 'mira', 'jti' => 'flw_1'];
    $level = ['acr' => '2', 'authTime' => vectors('results.json')['defaults']['now'] - 3600];
    return new MemorySession(['user' => $user + $level + ['stamp' => hash('sha256', '')]]);
}

function postTwoFactor(string $route, MemorySession $session, array $body): RouteResponse
{
    $vectors = vectors('results.json');
    $signIn = new SignIn(
        service: $vectors['defaults']['issuer'],
        resource: $vectors['defaults']['resource'],
        origin: 'https://shop.example',
        keyCache: new MemoryKeyCache(),
        requireAcr: '2',
        http: new ScriptedHttp(json($vectors['jwks'])),
        clock: new FakeClock($vectors['defaults']['now'] * 1000),
    );
    $request = new RouteRequest('POST', 'https://shop.example', null, 'application/json', json_encode($body));
    return $signIn->respond($route, $request, $session);
}

// SR-5: at a browser that was left signed in, a thief who knows the password steps up with one factor, which makes a sign-in
// of two factors recent.
foreach (['password alone', 'otp demanded, otp alone', 'valid ES256'] as $named) {
    test("a step-up proves no less than every sign-in must: {$named}", static function () use ($named): void {
        $session = twoFactorSession();
        postTwoFactor('nonce', $session, ['acr' => '1', 'maxAgeMs' => 300_000]);
        $session->state['begun']['nonce'] = vectors('results.json')['defaults']['nonce'];
        $result = array_column(vectors('results.json')['cases'], 'jwt', 'name')[$named];
        $answer = postTwoFactor('sign-in', $session, ['result' => $result]);
        if ($named === 'valid ES256') {
            same([200, '2'], [$answer->status, $session->state['user']['acr']]);
        } else {
            same([403, 'RESULT_ACR_REQUIRED'], [$answer->status, $answer->body['code']]);
        }
    });
}

test('nor does one that the session holds already', static function (): void {
    $session = twoFactorSession();
    ['nonce' => $nonce, 'now' => $now] = vectors('results.json')['defaults'];
    $session->state['begun'] = ['nonce' => $nonce, 'at' => $now * 1000, 'demand' => ['acr' => '1']];
    $result = array_column(vectors('results.json')['cases'], 'jwt', 'name')['password alone'];
    same('RESULT_ACR_REQUIRED', postTwoFactor('sign-in', $session, ['result' => $result])->body['code']);
});

// Session fixation: the page has written something before, so PHP sends no cookie with a new id.
test('a session that gets no new id signs no user in', static function (): void {
    $autoload = var_export(dirname(__DIR__) . '/autoload.php', true);
    $folder = temporaryFolder();
    file_put_contents("{$folder}/page.php", <<<PHP
        <?php
        require {$autoload};
        ini_set('session.use_strict_mode', '1');
        session_save_path(__DIR__);
        session_start();
        \$_SESSION['pending'] = 1;
        echo 'Welcome. ';
        flush();
        \$signIn = new Countersign\Site\SignIn(
            'https://auth.example', 'res_01k8dq9z2mp', 'https://shop.example', new Countersign\Keys\MemoryKeyCache(),
        );
        \$site = new Countersign\Site\PhpSite(\$signIn);
        try {
            \$site->renew(null);
            \$site->write(['user' => 'planted']);
        } catch (RuntimeException \$refused) {
            echo \$refused->getMessage();
        }
        PHP);
    $output = shell_exec(escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg("{$folder}/page.php"));
    same('Welcome. The session got no new id: sign in before there is any output.', $output);
    same(false, str_contains(implode(array_map(file_get_contents(...), glob("{$folder}/sess_*"))), 'planted'));
});

/** A site with one account that checks the passwords itself, and the service behind it. */
final class SiteWithPasswords implements Users, HttpClient
{
    public const PASSWORDS = ['active' => 'v1', 'changed' => 'v2', 'passwordless' => null];
    /** @var list<array<string, mixed>> */
    public array $asked = [];
    private string $account;

    public function __construct(private readonly array $case)
    {
        $this->account = $case['account'] ?? 'active';
    }

    public function ofResult(ResultClaims $claims): mixed
    {
        return $this->byId('7');
    }

    public function byId(string $id): mixed
    {
        return array_key_exists($this->account, self::PASSWORDS) ? $id : null;
    }

    public function idOf(mixed $user): string
    {
        return $user;
    }

    public function passwordOf(mixed $user): ?string
    {
        return self::PASSWORDS[$this->account];
    }

    public function send(HttpRequest $request): HttpResponse
    {
        ['issuer' => $issuer, 'resource' => $resource, 'nonce' => $nonce, 'now' => $now] = vectors('results.json')['defaults'];
        if (str_ends_with($request->url, '/jwks.json')) {
            return json(vectors('results.json')['jwks'])();
        }
        if (str_ends_with($request->url, '/login-requests')) {
            $this->asked[] = json_decode($request->body(), true);
            return json(['loginRequest' => 'lrq.2', 'expiresAt' => $now * 1000 + 120_000], 201)();
        }
        same('https://shop.example', json_decode($request->body(), true)['origin']);
        $this->account = $this->case['meanwhile'] ?? $this->account;
        return json(['iss' => $issuer, 'aud' => $resource, 'sub' => 'usr_2v6m0c4x9ta', 'preferred_username' => 'mira',
            'nonce' => $nonce, 'origin' => 'https://shop.example', 'amr' => ['otp'], 'acr' => '1', 'otp' => 'verified',
            'auth_time' => $now, 'iat' => $now, 'exp' => $now + 60, 'jti' => 'flw_1'])();
    }
}

/** @return array<string, mixed> */
function stateOf(array $case): array
{
    $session = $case['session'];
    $password = SiteWithPasswords::PASSWORDS[$case['before'] ?? 'active'];
    ['nonce' => $nonce, 'now' => $now] = vectors('results.json')['defaults'];
    $known = static fn (array $given) => ['account' => '7', 'id' => $given['id'] ?? 'usr_2v6m0c4x9ta',
        'stamp' => hash('sha256', $password ?? '')];
    $level = ['login' => 'mira', 'acr' => '2', 'authTime' => $now - 3600, 'jti' => 'flw_before'];
    $begun = ['nonce' => $nonce, 'at' => $now * 1000 - 1000, 'demand' => $session['begun']['demand'] ?? [],
        'loginRequest' => 'lrq.1'];
    return (isset($session['pending'])
            ? ['pending' => $known($session['pending']) + ['at' => $now * 1000 - $session['pending']['ageMs']]]
            : [])
        + (isset($session['user']) ? ['user' => $known($session['user']) + $level] : [])
        + (isset($session['begun']) ? ['begun' => $begun] : []);
}

// SR-5, SR-13: a thief has the password or the code alone, or a session that was left open, while its user has the account
// blocked or its password changed.
foreach (siteVectors('second-factor.json')['cases'] as $case) {
    test("sites/second-factor.json: {$case['name']}", static function () use ($case): void {
        $vectors = vectors('results.json');
        $site = new SiteWithPasswords($case);
        $session = new MemorySession(stateOf($case));
        $signIn = new SignIn(
            service: $vectors['defaults']['issuer'],
            resource: $vectors['defaults']['resource'],
            origin: 'https://shop.example',
            keyCache: new MemoryKeyCache(),
            users: $site,
            apiKey: 'csk_canary.of-the-api-key',
            siteChecksPassword: $case['siteChecksPassword'] ?? true,
            http: $site,
            clock: new FakeClock($vectors['defaults']['now'] * 1000),
        );
        $body = isset($case['result'])
            ? ['result' => array_column($vectors['cases'], 'jwt', 'name')[$case['result']]]
            : (object) ($case['demand'] ?? []);
        $request = new RouteRequest('POST', 'https://shop.example', null, 'application/json', json_encode($body));
        $response = $signIn->respond($case['route'], $request, $session);
        same($case['expect'], $response->status === 200 ? 'accept' : $response->body['code']);
        same($case['keeps'], array_values(array_intersect(['pending', 'user'], array_keys($session->state)))[0] ?? null);
        if (isset($case['acr'])) {
            same([$case['acr'], '7'], [$session->state['user']['acr'], $session->state['user']['account']]);
        }
        $asks = isset($case['asks']) ? [$case['asks']] : [];
        if (isset($asks[0]['previous'])) {
            $asks[0]['previous'] = 'flw_before';
        }
        same($asks, array_map(static fn (array $one) => array_intersect_key($one, $asks[0]), $site->asked));
    });
}
