<?php

declare(strict_types=1);

use Countersign\Client;
use Countersign\Exception\RequestRefused;
use Countersign\Http\CurlHttpClient;
use Countersign\Http\HttpRequest;
use Countersign\Keys\FileKeyCache;
use Countersign\Method;
use Countersign\Nonce;
use Countersign\OtpUse;
use Countersign\Verifier;
use Countersign\Webhook;

// Against a started service, whose address and key are in the environment; see service.test.ts.

const ORIGIN = 'https://shop.example';
const PASSWORD = 'correct horse battery';

function client(): Client
{
    static $client = null;
    return $client ??= new Client((string) getenv('SERVICE_URL'), (string) getenv('SERVICE_KEY'));
}

function serviceVerifier(string $resource): Verifier
{
    static $cache = null;
    $cache ??= new FileKeyCache(temporaryFolder());
    return new Verifier((string) getenv('SERVICE_URL'), $resource, keyCache: $cache);
}

/** A resource of its own for each test, so that none is in the way of another. */
function newResource(array $settings = []): string
{
    return client()->resources->create(['name' => 'Shop', 'allowedOrigins' => [ORIGIN]] + $settings)->id;
}

/** Somebody who is assigned to the resource with a token. */
function newPerson(string $resource, array $token = ['kind' => 'totp', 'name' => 'Phone']): array
{
    $user = client()->users->create(['login' => 'p' . bin2hex(random_bytes(6)), 'password' => PASSWORD]);
    $made = client()->tokens->create($token + ['owner' => $user->id]);
    client()->assignments->create(['resource' => $resource, 'user' => $user->id, 'token' => $made->token->id]);
    return ['id' => $user->id, 'login' => $user->login, 'token' => $made->token->id, 'secret' => $made->secret];
}

/** RFC 4648 section 6. */
function base32(string $text): string
{
    $bits = '';
    foreach (str_split(rtrim($text, '=')) as $letter) {
        $bits .= str_pad(decbin((int) strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $letter)), 5, '0', STR_PAD_LEFT);
    }
    return implode('', array_map(static fn ($byte) => chr((int) bindec($byte)), str_split(substr($bits, 0, intdiv(strlen($bits), 8) * 8), 8)));
}

/** RFC 4226 5.3, of any HMAC. */
function truncated(string $mac, int $digits): string
{
    $offset = ord($mac[strlen($mac) - 1]) & 15;
    $number = unpack('N', substr($mac, $offset, 4))[1] & 0x7fffffff;
    return str_pad((string) ($number % 10 ** $digits), $digits, '0', STR_PAD_LEFT);
}

/** RFC 6238 at this moment. */
function codeOf(array $person): string
{
    return truncated(hash_hmac('sha1', pack('J', intdiv(time(), 30)), base32($person['secret']), true), 6);
}

const SUITE = 'OCRA-1:HOTP-SHA256-8:QN08';

/** RFC 6287 5.1, of that suite. */
function answerOf(array $person, string $question): string
{
    $hex = strtoupper(dechex((int) $question));
    $data = SUITE . "\0" . str_pad((string) hex2bin(strlen($hex) % 2 === 0 ? $hex : "{$hex}0"), 128, "\0");
    return truncated(hash_hmac('sha256', $data, base32($person['secret']), true), 8);
}

/** What a page or a frame would send, or anybody else. */
function callService(string $path, ?array $body, array $headers = [], string $base = 'SERVICE_URL'): array
{
    $request = new HttpRequest(
        $body === null ? 'GET' : 'POST',
        getenv($base) . $path,
        ['content-type' => 'application/json'] + $headers,
        $body === null ? null : json_encode($body),
        10_000,
        1_000_000,
        false,
    );
    $answer = (new CurlHttpClient())->send($request);
    return json_decode($answer->body, true, 512, JSON_THROW_ON_ERROR);
}

/** The result that the page would get, once the person has answered every step. */
function signIn(array $begin, array $answers, string $path = '/widget/v1/flows'): string
{
    $view = callService($path, $begin);
    $handle = $view['handle'] ?? throw new Failure(shown($view));
    while ($view['step'] !== 'done') {
        $answer = $answers[$view['step']] ?? throw new Failure('the sign-in stands at ' . shown($view));
        $body = ['seq' => $view['seq']] + (is_callable($answer) ? $answer($view) : $answer);
        $view = callService("/widget/v1/flow/{$view['step']}", $body, ['countersign-flow' => $handle]);
    }
    return $view['result'];
}

function answersOf(array $person): array
{
    return [
        'identify' => ['login' => $person['login']],
        'password' => ['password' => PASSWORD],
        'otp' => static fn () => ['otp' => codeOf($person)],
        'sign' => static fn (array $view) => ['otp' => answerOf($person, (string) $view['question'])],
    ];
}

test('a sign-in in the widget is verified offline and consumed once', static function (): void {
    $resource = newResource();
    $person = newPerson($resource);
    $nonce = Nonce::create();
    $result = signIn(['resource' => $resource, 'nonce' => $nonce, 'origin' => ORIGIN], answersOf($person));
    $claims = serviceVerifier($resource)->verifyResult($result, $nonce, origin: ORIGIN, requireOtp: true, acr: '2', maxAgeMs: 60_000);
    same([$person['id'], $person['login'], OtpUse::Verified, '2'], [$claims->sub, $claims->preferredUsername, $claims->otp, $claims->acr]);

    refused('RESULT_NONCE_WRONG', static fn () => serviceVerifier($resource)->verifyResult($result, Nonce::create()));
    refused('RESULT_AUDIENCE_WRONG', static fn () => serviceVerifier('res_00000000000')->verifyResult($result, $nonce));
    refused('RESULT_INVALID', static fn () => client()->consumeResult($result, $resource, Nonce::create()));
    same($person['id'], client()->consumeResult($result, $resource, $nonce)->sub);
    refused('RESULT_USED', static fn () => client()->consumeResult($result, $resource, $nonce));
});

test('the four methods let in whom they should, and say why they do not', static function (): void {
    $resource = newResource();
    $person = newPerson($resource);
    $login = $person['login'];
    $wrong = static fn () => codeOf($person) === '000000' ? '000001' : '000000';
    $with = static fn (?string $password, ?string $otp) => client()
        ->authenticate(Method::PasswordOtp, $resource, user: $login, password: $password, otp: $otp, address: '203.0.113.7');

    $refusal = refused('OTP_WRONG', static fn () => $with(PASSWORD, $wrong()));
    same([true, 403], [$refusal instanceof RequestRefused, $refusal->status]);
    refused('INVALID_CREDENTIALS', static fn () => $with('not her password', codeOf($person)));
    refused('OTP_REQUIRED', static fn () => $with(PASSWORD, null));
    $code = codeOf($person);
    $authentication = $with(PASSWORD, $code);
    same([$person['id'], $login, $person['token'], 'totp'], [
        $authentication->userId,
        $authentication->login,
        $authentication->token,
        $authentication->kind,
    ]);
    refused('OTP_REPLAYED', static fn () => $with(PASSWORD, $code));
    same(OtpUse::NotUsed, client()->authenticate(Method::Password, $resource, user: $login, password: PASSWORD)->otp);

    $other = newPerson($resource);
    same($other['id'], client()->authenticate(Method::Otp, $resource, user: $other['login'], otp: codeOf($other))->userId);
    $codes = client()->tokens->create(['kind' => 'recovery', 'name' => 'Sheet', 'owner' => $other['id']]);
    client()->assignments->create(['resource' => $resource, 'user' => $other['id'], 'token' => $codes->token->id]);
    $recovered = client()->authenticate(Method::Otp, $resource, user: $other['login'], recoveryCode: $codes->recoveryCodes[0]);
    same('recovery', $recovered->kind);

    $made = client()->tokens->create(['kind' => 'totp', 'name' => 'Door']);
    client()->assignments->create(['resource' => $resource, 'token' => $made->token->id]);
    $door = client()->authenticate(Method::Token, $resource, token: $made->token->id, otp: codeOf(['secret' => $made->secret]));
    same([null, $made->token->id], [$door->userId, $door->token]);
});

test('codes are sent, and questions made for devices', static function (): void {
    $resource = newResource();
    $to = 'mira' . random_int(0, 1_000_000) . '@shop.example';
    $person = newPerson($resource, ['kind' => 'email', 'to' => $to]);
    $challenge = client()->createChallenge($resource, user: $person['login']);
    same(['email', $person['token'], false], [$challenge->kind, $challenge->token, $challenge->to === $to]);
    refused('CODE_LIMIT', static fn () => client()->createChallenge($resource, user: $person['login']));
    $sent = array_column(callService('/codes', null, base: 'RECEIVER_URL'), 'code', 'to');
    same('email', client()->authenticate(Method::Otp, $resource, user: $person['login'], otp: $sent[$to])->kind);

    $device = newPerson($resource, ['kind' => 'ocra', 'name' => 'Reader', 'suite' => SUITE]);
    $asked = client()->createChallenge($resource, user: $device['login'], kind: 'ocra');
    $otp = answerOf($device, (string) $asked->question);
    same($device['id'], client()->authenticate(Method::Otp, $resource, user: $device['login'], otp: $otp)->userId);
});

test('the second factor alone is asked of the person who was named', static function (): void {
    $resource = newResource();
    $person = newPerson($resource);
    $nonce = Nonce::create();
    $asked = client()->createLoginRequest($person['login'], $resource, $nonce, passwordChecked: true);
    $begin = ['resource' => $resource, 'nonce' => $nonce, 'origin' => ORIGIN, 'loginRequest' => $asked->loginRequest];
    $otpAlone = array_intersect_key(answersOf($person), ['otp' => true]);
    $claims = serviceVerifier($resource)->verifyResult(signIn($begin, $otpAlone), $nonce, requireOtp: true);
    same($person['id'], $claims->sub);
});

test('people come back from the page of the service', static function (): void {
    $resource = newResource(['redirectUris' => [ORIGIN . '/signed-in']]);
    $person = newPerson($resource);
    $nonce = Nonce::create();
    $redirect = client()->createRedirect($resource, $nonce, ORIGIN . '/signed-in');
    $request = explode('request=', (string) parse_url($redirect->signInUrl, PHP_URL_QUERY))[1];
    $loginRequest = "lrq.{$request}." . parse_url($redirect->signInUrl, PHP_URL_FRAGMENT);
    $result = signIn(['loginRequest' => $loginRequest], answersOf($person), '/widget/v1/redirected-flows');
    same($person['id'], serviceVerifier($resource)->verifyResult($result, $nonce, origin: ORIGIN)->sub);
    $elsewhere = static fn () => client()->createRedirect($resource, $nonce, 'https://evil.example/');
    refused('REDIRECT_URI_NOT_ALLOWED', $elsewhere);
});

test('this very transaction is confirmed, once, and is no sign-in', static function (): void {
    $resource = newResource();
    $person = newPerson($resource, ['kind' => 'ocra', 'name' => 'Reader', 'suite' => SUITE]);
    $nonce = Nonce::create();
    $fields = [['label' => 'Amount', 'value' => '1,250.00 EUR'], ['label' => 'To', 'value' => "Олена \"Koval\" / \\"]];
    $asked = client()->createTransaction($person['login'], $resource, $nonce, $fields, ['ocra']);
    $begin = ['resource' => $resource, 'nonce' => $nonce, 'origin' => ORIGIN, 'loginRequest' => $asked->loginRequest];
    $result = signIn($begin, answersOf($person));

    $verifier = serviceVerifier($resource);
    refused('RESULT_TRANSACTION_UNEXPECTED', static fn () => $verifier->verifyResult($result, $nonce));
    $other = [$fields[1], $fields[0]];
    refused('RESULT_TRANSACTION_WRONG', static fn () => $verifier->verifyResult($result, $nonce, transaction: $other));
    same($asked->transaction, $verifier->verifyResult($result, $nonce, transaction: $fields)->txn);
    refused('TRANSACTION_WRONG', static fn () => client()->consumeResult($result, $resource, $nonce));
    same($person['id'], client()->consumeResult($result, $resource, $nonce, transaction: $fields)->sub);
    refused('RESULT_USED', static fn () => client()->consumeResult($result, $resource, $nonce, transaction: $fields));
});

test('tests are results of their own', static function (): void {
    $resource = newResource(['testMode' => 'pass']);
    $nonce = Nonce::create();
    $answers = ['identify' => ['login' => 'anybody'], 'password' => ['password' => PASSWORD], 'otp' => ['otp' => '123456']];
    $result = signIn(['resource' => $resource, 'nonce' => $nonce, 'origin' => ORIGIN], $answers);
    refused('RESULT_TEST_REFUSED', static fn () => serviceVerifier($resource)->verifyResult($result, $nonce));
    same(true, serviceVerifier($resource)->verifyResult($result, $nonce, acceptTest: true)->test);
});

test('users, tokens, resources, filters, keys and assignments are made, read, changed, listed and deleted', static function (): void {
    $resource = newResource();
    $person = newPerson($resource);
    $user = client()->users->update($person['id'], ['email' => 'mira@shop.example', 'firstName' => 'Mira']);
    same('mira@shop.example', $user->email);
    $user = client()->users->update($person['id'], ['email' => null]);
    same([null, 'Mira', 'api-key'], [$user->email, $user->firstName, $user->createdBy?->kind]);
    same([$resource, [$person['token']]], [$user->assignments[0]->resource, $user->assignments[0]->tokens]);
    same([$person['id']], array_column(iterator_to_array(client()->users->list(['search' => $person['login']])), 'id'));
    refused('NAME_TAKEN', static fn () => client()->users->create(['login' => $person['login']]));
    $refusal = refused('INPUT_INVALID', static fn () => client()->users->create(['login' => 'x', 'admin' => true]));
    same([422, true], [$refusal->status, count($refusal->errors ?? []) > 0]);

    // Looked at twice, a code is not used up.
    $fresh = newPerson($resource);
    $code = codeOf($fresh);
    same(['right', 'right'], array_map(static fn () => client()->tokens->check($fresh['token'], ['otp' => $code])->verdict, [1, 2]));
    $wrong = client()->tokens->check($fresh['token'], ['otp' => '000000']);
    same(['wrong', null], [$wrong->verdict, $wrong->offset]);

    same('Fob', client()->tokens->update($person['token'], ['name' => 'Fob'])->name);
    refused('OTP_WRONG', static fn () => client()->tokens->resync($person['token'], ['otps' => ['000000', '000000']]));
    $token = client()->tokens->get($person['token']);
    same([1, null, true], [$token->resyncFailures + $token->failures, $token->locked, $token->enabled]);
    same(['tok'], array_unique(array_map(static fn ($one) => substr($one->id, 0, 3), client()->tokens->page(['limit' => 2])->items)));

    $rule = ['kind' => 'ip', 'mode' => 'allow', 'ranges' => ['192.0.2.0/24']];
    $filter = client()->filters->create(['name' => 'Office', 'rule' => $rule]);
    same(['ip', ['192.0.2.0/24']], [$filter->rule->kind, $filter->rule->ranges]);
    same($filter->id, client()->resources->update($resource, ['ipFilter' => $filter->id])->ipFilter);
    refused('FILTER_IN_USE', static fn () => client()->filters->delete($filter->id));
    $explanation = client()->explain($resource, user: $person['login'], address: '198.51.100.1');
    same([false, 'FILTER_DENIED'], [$explanation->verdict->granted, $explanation->verdict->code]);
    client()->resources->update($resource, ['ipFilter' => null]);
    client()->filters->delete($filter->id);
    refused('FILTER_NOT_FOUND', static fn () => client()->filters->get($filter->id));

    $key = client()->apiKeys->create(['name' => 'Shop', 'scopes' => ['authenticate'], 'resources' => [$resource]]);
    same([['authenticate'], [$resource]], [$key->key->scopes, $key->key->resources]);
    $less = new Client((string) getenv('SERVICE_URL'), $key->text);
    refused('SCOPE_MISSING', static fn () => $less->users->page());
    $turned = client()->apiKeys->rotate($key->key->id, ['overlapMs' => 0]);
    same(false, $turned->text === $key->text);
    refused('API_KEY_INVALID', static fn () => $less->checklist());
    client()->apiKeys->delete($key->key->id);

    $rows = [['login' => 'a' . bin2hex(random_bytes(6))], ['login' => $person['login']]];
    $outcomes = client()->users->createMany($rows);
    same([201, 'NAME_TAKEN'], [$outcomes[0]->status, $outcomes[1]->code]);
    $tokens = client()->tokens->createMany([['kind' => 'totp', 'name' => 'Phone', 'owner' => $outcomes[0]->id]]);
    same([201, 32], [$tokens[0]->status, strlen((string) $tokens[0]->secret)]);
    $assigned = client()->assignments->createMany([['resource' => $resource, 'user' => (string) $outcomes[0]->id]]);
    same([201, null], [$assigned[0]->status, $assigned[0]->code]);
    $csv = "serial,secret\nfob-" . random_int(0, 1_000_000) . ",JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n";
    $import = client()->tokens->importFile(['content' => $csv, 'kind' => 'hotp', 'dryRun' => true]);
    same(['csv', 1], [$import->format, count($import->rows)]);

    same(null, client()->checkEnvironment($person['id'], $resource, ['zone' => 'Asia/Tokyo'])->percent);
    client()->saveEnvironment($person['id'], ['zone' => 'Europe/London'], $resource);
    same(false, client()->checkEnvironment($person['id'], $resource, ['zone' => 'Asia/Tokyo'])->fits);
    same(1, client()->users->environments($person['id'])->count);
    client()->users->forgetEnvironments($person['id']);
    same(0, client()->users->environments($person['id'])->count);
    same([], client()->users->trustedBrowsers($person['id'])->browsers);
    client()->users->endBrowserTrust($person['id'], ['browser' => 'tbr_00000000001']);
    client()->users->endBrowserTrust($person['id']);

    same(64, strlen((string) client()->resources->setLogo($resource, ['image' => (string) getenv('LOGO')])->logo));
    client()->resources->removeLogo($resource);
    same(null, client()->resources->get($resource)->logo);
    same(true, count(client()->checklist()->items) > 3);

    client()->assignments->delete(['resource' => $resource, 'user' => $person['id'], 'token' => $person['token']]);
    same([], client()->users->get($person['id'])->assignments);
    foreach ([[client()->tokens, $person['token']], [client()->users, $person['id']], [client()->resources, $resource]] as [$of, $id]) {
        $of->delete($id);
        same(404, refusal(static fn () => $of->get($id))->status);
    }
});

// SR-32
test('SR-32: what the service sends to a webhook is taken, and changed it is not', static function (): void {
    $url = getenv('RECEIVER_URL') . '/events';
    $authorized = ['authorization' => 'Bearer ' . getenv('SERVICE_KEY')];
    $made = callService('/v1/webhooks', ['url' => $url, 'events' => ['user.updated']], $authorized);
    $person = newPerson(newResource());
    client()->users->update($person['id'], ['blocked' => true]);
    for ($events = [], $end = time() + 20; $events === [] && time() < $end; usleep(50_000)) {
        $events = callService('/events', null, base: 'RECEIVER_URL');
    }
    ['body' => $body, 'headers' => $headers] = $events[0];
    $event = Webhook::verify($body, $headers, $made['secret']);
    same(['user.updated', $person['id']], [$event->type, $event->data['subject']]);
    $changed = str_replace($person['id'], 'usr_00000000000', $body);
    refused('WEBHOOK_SIGNATURE_WRONG', static fn () => Webhook::verify($changed, $headers, $made['secret']));
});
