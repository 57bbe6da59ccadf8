<?php

declare(strict_types=1);

use Countersign\Client;
use Countersign\Confirmation;
use Countersign\Exception\RequestRefused;
use Countersign\Exception\ServiceUnreachable;
use Countersign\Http\HttpResponse;
use Countersign\Method;
use Countersign\OtpUse;
use Countersign\Transaction;

const API_KEY = 'csk_0123456789a_secret-secret-secret';
const TOTP = ['id' => 'tok_1', 'name' => 'Phone', 'kind' => 'totp', 'enabled' => true, 'apiSupport' => true, 'locked' => null, 'failures' => 0,
    'resyncFailures' => 0, 'directResources' => [], 'createdAt' => 1, 'createdBy' => ['kind' => 'operator']];
const USER = ['id' => 'usr_1', 'login' => 'mira', 'blocked' => false, 'hasPassword' => true, 'apiSupport' => true,
    'assignments' => [['resource' => 'res_1', 'alone' => false, 'tokens' => ['tok_1']]], 'createdAt' => 1, 'createdBy' => ['kind' => 'operator']];

/** @return array{Client, ScriptedHttp, FakeClock} */
function clientWith(callable ...$answers): array
{
    $http = new ScriptedHttp(...$answers);
    $clock = new FakeClock(1_800_000_000_000);
    return [new Client('https://auth.example', API_KEY, http: $http, clock: $clock), $http, $clock];
}

test('each method sends what belongs to it, and tells who was let in', static function (): void {
    $user = ['id' => 'usr_1', 'login' => 'mira'];
    foreach (Method::cases() as $method) {
        $answer = ['authenticated' => true, 'method' => $method->value, 'otp' => 'verified', 'token' => 'tok_1', 'kind' => 'totp'];
        [$client, $http] = clientWith(json($answer + ($method === Method::Token ? [] : ['user' => $user])));
        $authentication = $client->authenticate($method, 'res_1', user: 'mira', password: 'pw', otp: '123456', address: '192.0.2.1');
        same([$method, OtpUse::Verified, 'tok_1'], [$authentication->method, $authentication->otp, $authentication->token]);
        same($method === Method::Token ? null : 'usr_1', $authentication->userId);
        same(['POST /authentications'], $http->lines());
        $sent = ['method' => $method->value, 'resource' => 'res_1', 'user' => 'mira', 'password' => 'pw', 'otp' => '123456',
            'address' => '192.0.2.1'];
        same($sent, $http->body(0));
        same('Bearer ' . API_KEY, $http->requests[0]->headers()['authorization']);
        same(true, $http->requests[0]->once);
        same(false, isset($http->requests[0]->headers()['idempotency-key']));
    }
});

test('a breached password is reported, if the service says so with true', static function (): void {
    $answer = ['authenticated' => true, 'method' => 'password', 'otp' => 'not_used', 'user' => ['id' => 'usr_1', 'login' => 'mira']];
    foreach ([[['passwordBreached' => true], true], [[], false], [['passwordBreached' => 'true'], false]] as [$more, $expected]) {
        [$client] = clientWith(json($answer + $more));
        same($expected, $client->authenticate(Method::Password, 'res_1', user: 'mira', password: 'pw')->passwordBreached);
    }
});

test('an answer that does not say in full that somebody was let in lets nobody in', static function (): void {
    $good = ['authenticated' => true, 'method' => 'otp', 'otp' => 'verified', 'user' => ['id' => 'usr_1', 'login' => 'mira']];
    foreach ([
        ['authenticated' => false], ['authenticated' => 1], ['authenticated' => 'true'], ['authenticated' => null],
        ['method' => 'password'], ['otp' => 'VERIFIED'], ['otp' => null], ['otp' => 1], ['user' => null], ['user' => 'mira'],
        ['user' => ['id' => 'usr_1']], ['user' => ['id' => 1, 'login' => 'mira']],
    ] as $change) {
        [$client] = clientWith(json($change + $good));
        $act = static fn () => $client->authenticate(Method::Otp, 'res_1', user: 'mira', otp: '123456');
        same(true, refused('RESPONSE_INVALID', $act, shown($change)) instanceof ServiceUnreachable);
    }
    foreach ([gone(), json([]), json([$good]), static fn () => new HttpResponse(200, [], '<html>')] as $answer) {
        [$client] = clientWith($answer);
        refused('RESPONSE_INVALID', static fn () => $client->authenticate(Method::Otp, 'res_1', user: 'mira', otp: '1'));
    }
});

test('what counts when it arrives twice is never repeated', static function (): void {
    $once = [
        static fn (Client $client) => $client->authenticate(Method::Otp, 'res_1', user: 'mira', otp: '123456'),
        static fn (Client $client) => $client->consumeResult('a.b.c', 'res_1', str_repeat('n', 32)),
        static fn (Client $client) => $client->createLoginRequest('mira', 'res_1', str_repeat('n', 32)),
        static fn (Client $client) => $client->createRedirect('res_1', str_repeat('n', 32), 'https://shop.example/'),
        static fn (Client $client) => $client->createTransaction('mira', 'res_1', 'n', [['label' => 'a', 'value' => 'b']]),
        static fn (Client $client) => $client->createChallenge('res_1', user: 'mira'),
        static fn (Client $client) => $client->saveEnvironment('mira', ['language' => 'de']),
        static fn (Client $client) => $client->users->update('usr_1', ['blocked' => true]),
        static fn (Client $client) => $client->users->delete('usr_1'),
        static fn (Client $client) => $client->users->forgetEnvironments('usr_1'),
        static fn (Client $client) => $client->users->endBrowserTrust('usr_1', ['browser' => 'tbr_00000000001']),
        static fn (Client $client) => $client->tokens->resync('tok_1', ['otps' => ['123456', '234567']]),
        static fn (Client $client) => $client->tokens->check('tok_1', ['otp' => '123456']),
        static fn (Client $client) => $client->resources->setLogo('res_1', ['image' => 'aW1hZ2U=']),
        static fn (Client $client) => $client->resources->removeLogo('res_1'),
        static fn (Client $client) => $client->assignments->delete(['resource' => 'res_1', 'user' => 'usr_1']),
    ];
    foreach ($once as $at => $act) {
        foreach ([failure('network'), failure('timeout'), problem(503, 'UNAVAILABLE'), problem(429, 'RATE_LIMITED')] as $answer) {
            [$client, $http, $clock] = clientWith($answer);
            refusal(static fn () => $act($client));
            same([1, []], [count($http->requests), $clock->slept], "case {$at}:");
            same(true, $http->requests[0]->once);
            same(false, isset($http->requests[0]->headers()['idempotency-key']));
        }
    }
});

test('creations are repeated under one key, and reads without any', static function (): void {
    $acts = [
        'creation' => static fn (Client $client) => $client->users->create(['login' => 'mira']),
        'read' => static fn (Client $client) => $client->users->get('usr_1'),
    ];
    foreach ($acts as $kind => $act) {
        [$client, $http, $clock] = clientWith(failure('network'), problem(503, 'UNAVAILABLE'), json(USER));
        same('mira', $act($client)->login);
        $keys = array_unique(array_map(static fn ($one) => $one->headers()['idempotency-key'] ?? '', $http->requests));
        same([3, 1, $kind === 'creation'], [count($http->requests), count($keys), $keys[0] !== '']);
        same([true, true], [$clock->slept[0] >= 100 && $clock->slept[0] <= 200, $clock->slept[1] >= 200 && $clock->slept[1] <= 400]);
        same(false, $http->requests[0]->once);
    }
    [$client, $http] = clientWith(json(USER));
    $client->users->create(['login' => 'a']);
    $client->users->create(['login' => 'b']);
    same(false, $http->requests[0]->headers()['idempotency-key'] === $http->requests[1]->headers()['idempotency-key']);
});

test('only what may pass is tried again, only so often, and not when the service wants a long wait', static function (): void {
    foreach ([
        [[problem(503, 'UNAVAILABLE')], 3], [[failure('timeout')], 3], [[problem(409, 'IDEMPOTENCY_KEY_IN_USE')], 3],
        [[static fn () => new HttpResponse(502, [], '<html>')], 3], [[problem(500, 'INTERNAL')], 1], [[problem(404, 'USER_NOT_FOUND')], 1],
        [[failure('too-large')], 1], [[static fn () => new HttpResponse(200, [], 'x')], 1],
        [[problem(429, 'RATE_LIMITED', ['retryAfterMs' => 10_001])], 1], [[problem(429, 'RATE_LIMITED', ['retryAfterMs' => 10_000])], 3],
        [[problem(503, 'OVERLOADED', [], ['retry-after' => '11'])], 1], [[problem(503, 'OVERLOADED', [], ['retry-after' => '1'])], 3],
    ] as $at => [$answers, $times]) {
        [$client, $http] = clientWith(...$answers);
        refusal(static fn () => $client->users->get('usr_1'));
        same($times, count($http->requests), "case {$at}:");
    }
    $http = new ScriptedHttp(problem(503, 'UNAVAILABLE'));
    $client = new Client('https://auth.example', API_KEY, retries: 0, http: $http, clock: new FakeClock(1));
    refusal(static fn () => $client->users->get('usr_1'));
    same(1, count($http->requests));
});

test('a refusal says everything that the service said, but for the key', static function (): void {
    [$client] = clientWith(problem(422, 'INPUT_INVALID', [
        'title' => 'Wrong ' . API_KEY,
        'detail' => 'Really.',
        'requestId' => 'req_' . API_KEY,
        'errors' => [['path' => 'login', 'message' => 'not ' . API_KEY, 'deep' => ['of' => API_KEY]]],
        'retryAfterMs' => 5,
    ]));
    $refusal = refused('INPUT_INVALID', static fn () => $client->users->create(['login' => '']));
    same(true, $refusal instanceof RequestRefused);
    same([422, 5, 'Wrong [API key] Really.', 'req_[API key]'], [
        $refusal->status,
        $refusal->retryAfterMs,
        $refusal->getMessage(),
        $refusal->requestId,
    ]);
    same([['path' => 'login', 'message' => 'not [API key]', 'deep' => ['of' => '[API key]']]], $refusal->errors);
});

test('a wait is read from seconds and dates, and from nothing else', static function (): void {
    $waits = ['7' => 7000, '0' => 0, 'Fri, 15 Jan 2027 08:00:09 GMT' => 9000, 'Fri, 15 Jan 2027 07:00:00 GMT' => 0, '-5' => null,
        '1.5' => null, 'soon' => null, '+1 day' => null, '9999999999' => null, '' => null];
    foreach ($waits as $text => $ms) {
        [$client] = clientWith(problem(429, 'TOO_MANY_ATTEMPTS', [], ['retry-after' => (string) $text]));
        $act = static fn () => $client->authenticate(Method::Otp, 'res_1', user: 'mira', otp: '123456');
        same($ms, refused('TOO_MANY_ATTEMPTS', $act)->retryAfterMs, (string) $text);
    }
});

test('what is no answer of the service is told as that', static function (): void {
    foreach ([301, 403, 418, 502] as $status) {
        [$client] = clientWith(static fn () => new HttpResponse($status, [], '{"error":"proxy"}'));
        $refusal = refused('RESPONSE_INVALID', static fn () => $client->tokens->update('tok_1', ['name' => 'x']));
        same($status, $refusal->status);
    }
    [$client] = clientWith(problem(403, 'lower case'));
    refused('RESPONSE_INVALID', static fn () => $client->checklist());
    [$client] = clientWith(failure('network'));
    refused('NETWORK_FAILED', static fn () => $client->users->delete('usr_1'));
});

test('a result is consumed for this nonce and resource, and the answer has to be of them', static function (): void {
    $nonce = str_repeat('n', 32);
    $claims = ['iss' => 'https://auth.example', 'aud' => 'res_1', 'sub' => 'usr_1', 'preferred_username' => 'mira',
        'nonce' => $nonce, 'origin' => 'https://shop.example', 'amr' => ['pwd'], 'acr' => '1', 'otp' => 'not_used',
        'auth_time' => 1, 'iat' => 1, 'exp' => 61, 'jti' => 'flw_1'];
    $fields = [['label' => 'Amount', 'value' => '10.00 EUR']];
    $hash = Transaction::hash($fields);
    [$client, $http] = clientWith(json($claims), json($claims + ['txn' => $hash]), json($claims + ['test' => true]));
    same('usr_1', $client->consumeResult('a.b.c', 'res_1', $nonce)->sub);
    same($hash, $client->consumeResult('a.b.c', 'res_1', $nonce, transaction: $fields)->txn);
    same(true, $client->consumeResult('a.b.c', 'res_1', $nonce, acceptTest: true)->test);
    same(['result' => 'a.b.c', 'resource' => 'res_1', 'nonce' => $nonce], $http->body(0));
    same($hash, $http->body(1)['transaction']);
    same(true, $http->body(2)['acceptTest']);
    foreach ([
        [['aud' => 'res_2'], Confirmation::None, 'RESULT_AUDIENCE_WRONG'], [['nonce' => 'x'], Confirmation::None, 'RESULT_NONCE_WRONG'],
        [['txn' => $hash], Confirmation::None, 'RESULT_TRANSACTION_UNEXPECTED'], [[], $fields, 'RESULT_TRANSACTION_WRONG'],
        [['txn' => str_repeat('0', 64)], $fields, 'RESULT_TRANSACTION_WRONG'], [['test' => true], Confirmation::None, 'RESULT_TEST_REFUSED'],
        [['sub' => ''], Confirmation::None, 'RESULT_CLAIMS_INVALID'], [['amr' => ['a' => 'pwd']], Confirmation::None, 'RESULT_CLAIMS_INVALID'],
    ] as [$change, $transaction, $code]) {
        [$client] = clientWith(json($change + $claims));
        refused($code, static fn () => $client->consumeResult('a.b.c', 'res_1', $nonce, $transaction), shown($change));
    }
    [$client, $http] = clientWith(json(['app' => true] + $claims));
    same(true, $client->consumeResult('a.b.c', 'res_1', $nonce, app: true, origin: 'https://shop.example')->app);
    same([true, 'https://shop.example'], [$http->body(0)['app'], $http->body(0)['origin']]);
    foreach ([
        [[], ['origin' => 'https://blog.example'], 'RESULT_ORIGIN_WRONG'], [[], ['app' => true], 'RESULT_APP_REQUIRED'],
        [['app' => true], [], 'RESULT_APP_UNEXPECTED'], [['app' => true], ['origin' => 'https://shop.example'], 'RESULT_APP_UNEXPECTED'],
    ] as [$change, $expected, $code]) {
        [$client] = clientWith(json($change + $claims));
        refused($code, static fn () => $client->consumeResult('a.b.c', 'res_1', $nonce, ...$expected), shown($change));
    }
    foreach ([null, ''] as $none) {
        [$client, $http] = clientWith(json($claims));
        refused('RESULT_NONCE_WRONG', static fn () => $client->consumeResult('a.b.c', 'res_1', $none));
        same(0, count($http->requests));
    }
});

test('a transaction is the one of these fields', static function (): void {
    $fields = [['label' => 'Amount', 'value' => '10.00 EUR']];
    $answer = ['loginRequest' => 'lrq_1', 'transaction' => Transaction::hash($fields), 'expiresAt' => 1];
    [$client, $http] = clientWith(json($answer, 201), json(['transaction' => str_repeat('0', 64)] + $answer, 201));
    same('lrq_1', $client->createTransaction('mira', 'res_1', 'n', $fields, ['ocra'])->loginRequest);
    same(['user' => 'mira', 'resource' => 'res_1', 'nonce' => 'n', 'fields' => $fields, 'factors' => ['ocra']], $http->body(0));
    refused('RESPONSE_INVALID', static fn () => $client->createTransaction('mira', 'res_1', 'n', $fields));
    refused('TRANSACTION_INVALID', static fn () => $client->createTransaction('mira', 'res_1', 'n', []));
    same(2, count($http->requests));
});

test('login requests, redirects and challenges send what was named and nothing else', static function (): void {
    $login = ['loginRequest' => 'lrq_1', 'signInUrl' => 'https://auth.example/x', 'expiresAt' => 1];
    $challenge = ['token' => 'tok_1', 'kind' => 'sms', 'name' => 'Phone', 'to' => '+49***7', 'expiresAt' => 1];
    [$client, $http] = clientWith(json($login, 201), json($login, 201), json($login, 201), json($challenge, 201));
    $client->createLoginRequest('mira', 'res_1', 'n', passwordChecked: false);
    $client->createLoginRequest('mira', 'res_1', 'n', acr: '2', maxAgeMs: 0, previous: 'flw_1');
    same('https://auth.example/x', $client->createRedirect('res_1', 'n', 'https://shop.example/')->signInUrl);
    same('+49***7', $client->createChallenge('res_1', user: 'mira', kind: 'sms', language: 'de')->to);
    same([
        ['user' => 'mira', 'resource' => 'res_1', 'nonce' => 'n', 'passwordChecked' => false],
        ['user' => 'mira', 'resource' => 'res_1', 'nonce' => 'n', 'acr' => '2', 'maxAgeMs' => 0, 'previous' => 'flw_1'],
        ['resource' => 'res_1', 'nonce' => 'n', 'redirectUri' => 'https://shop.example/'],
        ['resource' => 'res_1', 'user' => 'mira', 'kind' => 'sms', 'language' => 'de'],
    ], array_map($http->body(...), [0, 1, 2, 3]));
});

test('lists are asked for what is wanted of them, page after page', static function (): void {
    [$client, $http] = clientWith(json(['items' => [USER], 'next' => 'n/1']), json(['items' => [USER], 'next' => null]));
    $found = [];
    foreach ($client->users->list(['search' => 'm&i', 'blocked' => false, 'limit' => 1]) as $user) {
        $found[] = $user->id;
    }
    same(['usr_1', 'usr_1'], $found);
    same([
        'GET /users?search=m%26i&blocked=false&limit=1',
        'GET /users?after=n%2F1&search=m%26i&blocked=false&limit=1',
    ], $http->lines());
    [$client] = clientWith(json(['items' => [], 'next' => 'round']));
    refused('RESPONSE_INVALID', static fn () => iterator_to_array($client->users->list()));
    foreach ([['next' => null], ['items' => 'x', 'next' => null], ['items' => [1], 'next' => null], ['items' => [['id' => 1]]]] as $page) {
        [$client] = clientWith(json($page));
        refused('RESPONSE_INVALID', static fn () => $client->users->page(), shown($page));
    }
});

test('what is no id does not become part of an address', static function (): void {
    [$client, $http] = clientWith(json(USER));
    foreach (['', '..', '../resources/res_1', 'usr_1/', 'usr_1?x=1', "usr_1\n", 'usr%2f', str_repeat('a', 65)] as $id) {
        refused('INPUT_INVALID', static fn () => $client->users->get($id));
        refused('INPUT_INVALID', static fn () => $client->users->delete($id));
        refused('INPUT_INVALID', static fn () => $client->tokens->resync($id, ['otps' => ['123456', '234567']]));
    }
    same(0, count($http->requests));
});

test('what cannot be written as JSON is refused before it is sent', static function (): void {
    [$client, $http] = clientWith(json(USER));
    $refusal = refused('INPUT_INVALID', static fn () => $client->users->create(['login' => "m\xff"]));
    lacks("m\xff", $refusal->getMessage());
    same(0, count($http->requests));
    $client->users->update('usr_1', []);
    same('{}', $http->requests[0]->body());
});

test('a response is read in full, or refused', static function (): void {
    $made = ['token' => TOTP, 'secret' => 'JBSW', 'otpauthUri' => 'otpauth://totp/mira'];
    [$client, $http] = clientWith(json($made, 201));
    $created = $client->tokens->create(['kind' => 'totp', 'name' => 'Phone', 'owner' => 'usr_1']);
    same(['tok_1', 'JBSW', 'otpauth://totp/mira'], [$created->token->id, $created->secret, $created->otpauthUri]);
    same([null, 'operator'], [$created->recoveryCodes, $created->token->createdBy?->kind]);
    same(['POST /tokens'], $http->lines());
    foreach ([
        ['token' => null], ['token' => ['id' => 1] + TOTP], ['secret' => 1], ['recoveryCodes' => [1]], ['recoveryCodes' => 'a'],
        ['token' => ['locked' => true] + TOTP], ['token' => ['enabled' => 'true'] + TOTP], ['token' => ['failures' => '0'] + TOTP],
    ] as $change) {
        [$client] = clientWith(json($change + $made, 201));
        refused('RESPONSE_INVALID', static fn () => $client->tokens->create(['kind' => 'totp']), shown($change));
    }
    foreach ([['assignments' => null], ['assignments' => [1]], ['assignments' => [['resource' => 'res_1']]]] as $change) {
        [$client] = clientWith(json($change + USER));
        refused('RESPONSE_INVALID', static fn () => $client->users->get('usr_1'), shown($change));
    }
});

test('many rows are answered one by one, and sent again under one key', static function (): void {
    $rows = [['status' => 201, 'id' => 'usr_1', 'key' => '1'], ['status' => 409, 'code' => 'NAME_TAKEN']];
    [$client, $http] = clientWith(problem(503, 'UNAVAILABLE'), json(['rows' => $rows]));
    $outcomes = $client->users->createMany([['login' => 'a', 'key' => '1'], ['login' => 'b']]);
    same(['usr_1', 'NAME_TAKEN'], [$outcomes[0]->id, $outcomes[1]->code]);
    same(['POST /bulk/users', 'POST /bulk/users'], $http->lines());
    same($http->requests[0]->headers()['idempotency-key'], $http->requests[1]->headers()['idempotency-key']);
    [$client] = clientWith(json(['rows' => [$rows[0]]]));
    refused('RESPONSE_INVALID', static fn () => $client->assignments->createMany([['resource' => 'a'], ['resource' => 'b']]));
});

test('a query and a body are sent as they are named', static function (): void {
    [$client, $http] = clientWith(json(['resource' => 'res_1'], 201), gone());
    $client->assignments->create(['resource' => 'res_1', 'user' => 'usr_1', 'token' => 'tok_1']);
    $client->assignments->delete(['resource' => 'res_1', 'user' => 'usr_1']);
    same(['resource' => 'res_1', 'user' => 'usr_1', 'token' => 'tok_1'], $http->body(0));
    same('DELETE /assignments?resource=res_1&user=usr_1', $http->lines()[1]);
});

// SR-26
test('SR-26: the key is in no dump, export, trace or serialisation of the client', static function (): void {
    [$client] = clientWith(failure('network'));
    ob_start();
    var_dump($client);
    $dump = ob_get_clean();
    foreach ([$dump, print_r($client, true), var_export($client, true), json_encode($client)] as $text) {
        lacks('secret-secret', $text);
    }
    $thrown = null;
    try {
        serialize($client);
    } catch (Throwable $error) {
        $thrown = $error;
    }
    same(true, $thrown !== null);
    $refusal = refusal(static fn () => $client->users->delete('usr_1'));
    lacks('secret-secret', $refusal . print_r($refusal->getTrace(), true) . shown($refusal->getTrace()));
});

test('options that cannot work are refused by name, and keys are not repeated', static function (): void {
    foreach ([
        'url' => ['http://auth.example', 'auth.example', 'https://a@auth.example'],
        'apiKey' => ['', 'short', "csk_0123456789\r\nx: y", 'csk_0123456789 x', 'csk_0123456789é'],
        'timeoutMs' => [0, 600_001],
        'retries' => [-1, 11],
        'maxRetryWaitMs' => [-1],
    ] as $option => $values) {
        foreach ($values as $value) {
            $good = ['url' => 'https://auth.example', 'apiKey' => API_KEY];
            $refusal = refused('OPTION_INVALID', static fn () => new Client(...[$option => $value] + $good), shown($value));
            contains("\"{$option}\"", $refusal->getMessage());
            if ($option === 'apiKey' && $value !== '') {
                lacks($value, (string) $refusal->getMessage());
            }
        }
    }
});
