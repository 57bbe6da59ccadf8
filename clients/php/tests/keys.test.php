<?php

declare(strict_types=1);

use Countersign\Http\HttpResponse;
use Countersign\Keys\FileKeyCache;
use Countersign\Keys\KeyCache;
use Countersign\Keys\KeySet;
use Countersign\Keys\MemoryKeyCache;
use Countersign\Keys\PublishedKeys;

const MINUTE_MS = 60_000;

/** A key set with the library's own times, over these answers. */
function keySet(ScriptedHttp $http, FakeClock $clock, ?KeyCache $cache = null, int $cacheMs = 10 * MINUTE_MS): KeySet
{
    $url = 'https://auth.example/.well-known/jwks.json';
    return new KeySet($url, $http, $clock, $cache ?? new MemoryKeyCache(), $cacheMs, 60 * MINUTE_MS, 30_000, 5000);
}

/** The keys of the corpus, or those of them with these names. */
function jwks(string ...$names): array
{
    $keys = vectors('results.json')['jwks']['keys'];
    $wanted = static fn (array $key) => $names === [] || in_array($key['kid'], $names, true);
    return ['keys' => array_values(array_filter($keys, $wanted))];
}

test('keys are fetched when first needed, and serve for ten minutes', static function (): void {
    $http = new ScriptedHttp(json(jwks()));
    $clock = new FakeClock(1_000_000);
    $keys = keySet($http, $clock);
    same(0, count($http->requests));
    same('ES256', $keys->find('test-es256-1')?->algorithm->value);
    same('EdDSA', $keys->find('test-eddsa-1')?->algorithm->value);
    $clock->ms += 10 * MINUTE_MS - 1;
    $keys->find('test-es256-1');
    same(1, count($http->requests));
    $clock->ms += 1;
    $keys->find('test-es256-1');
    same(2, count($http->requests));
    same(['GET', 'https://auth.example/.well-known/jwks.json', 5000, false], [
        $http->requests[0]->method,
        $http->requests[0]->url,
        $http->requests[0]->timeoutMs,
        $http->requests[0]->once,
    ]);
});

// SR-58
test('SR-58: a new key is found at once, and invented names make one fetch in thirty seconds', static function (): void {
    $http = new ScriptedHttp(json(jwks('test-es256-1')), json(jwks('test-es256-1', 'test-es256-2')));
    $clock = new FakeClock(1_000_000);
    $keys = keySet($http, $clock);
    $keys->find('test-es256-1');
    $clock->ms += 30_000;
    same(true, $keys->find('test-es256-2') !== null);
    same(2, count($http->requests));
    for ($i = 0; $i < 50; $i++) {
        same(null, $keys->find("invented-{$i}"));
        $clock->ms += 500;
    }
    same(2, count($http->requests));
    $clock->ms += 5000;
    same(null, $keys->find('invented'));
    same(3, count($http->requests));
});

test('SR-58: invented names make one fetch over many processes too, as each request under PHP-FPM is one', static function (): void {
    $http = new ScriptedHttp(json(jwks()));
    $clock = new FakeClock(1_000_000);
    $cache = new FileKeyCache(temporaryFolder());
    for ($i = 0; $i < 50; $i++) {
        same(null, keySet($http, $clock, $cache)->find("invented-{$i}"));
        same(true, keySet($http, $clock, $cache)->find('test-es256-1') !== null);
    }
    same(1, count($http->requests));
});

test('keys serve an hour longer while the service does not answer, and no longer', static function (): void {
    $http = new ScriptedHttp(json(jwks()), failure('timeout'));
    $clock = new FakeClock(1_000_000);
    $keys = keySet($http, $clock);
    $keys->find('test-es256-1');
    $clock->ms += 70 * MINUTE_MS - 1;
    same(true, $keys->find('test-es256-1') !== null);
    refused('JWKS_UNAVAILABLE', static fn () => $keys->find('test-es256-2x'));
    $clock->ms += 1;
    refused('JWKS_UNAVAILABLE', static fn () => $keys->find('test-es256-1'));
});

test('while it does not answer it is asked ever less often', static function (): void {
    $http = new ScriptedHttp(failure('network'));
    $clock = new FakeClock(1_000_000);
    $keys = keySet($http, $clock);
    $asked = [];
    for ($second = 0; $second < 120; $second++) {
        refused('JWKS_UNAVAILABLE', static fn () => $keys->find('test-es256-1'));
        $asked[$second] = count($http->requests);
        $clock->ms += 1000;
    }
    same([1, 2, 2, 3, 3, 3, 3, 4], array_slice($asked, 0, 8));
    same(true, $asked[119] <= 9);
});

test('after failures it is asked again, and what it says counts', static function (): void {
    $http = new ScriptedHttp(failure('network'), json(jwks()));
    $clock = new FakeClock(1_000_000);
    $keys = keySet($http, $clock);
    refused('JWKS_UNAVAILABLE', static fn () => $keys->find('test-es256-1'));
    $clock->ms += 1000;
    same(true, $keys->find('test-es256-1') !== null);
});

test('while one process asks, the others go on with the keys that are there', static function (): void {
    $clock = new FakeClock(1_000_000);
    $cache = new MemoryKeyCache();
    $others = new ScriptedHttp(failure('timeout'));
    $slow = new ScriptedHttp(json(jwks()), static function () use ($others, $clock, $cache): HttpResponse {
        same(true, keySet($others, $clock, $cache)->find('test-es256-1') !== null);
        return json(jwks('test-es256-1'))();
    });
    $keys = keySet($slow, $clock, $cache);
    $keys->find('test-es256-1');
    $clock->ms += 10 * MINUTE_MS + 1;
    $keys->find('test-es256-1');
    same([2, 0], [count($slow->requests), count($others->requests)]);
});

test('a failure does not throw away what somebody else has fetched meanwhile', static function (): void {
    $clock = new FakeClock(1_000_000);
    $cache = new MemoryKeyCache();
    $other = new ScriptedHttp(json(jwks('test-es256-1', 'test-es256-2')));
    $http = new ScriptedHttp(static function () use ($clock, $cache, $other): HttpResponse {
        $clock->ms += 2000;
        same(true, keySet($other, $clock, $cache)->find('test-es256-2') !== null);
        return json([], 503)();
    });
    same(true, keySet($http, $clock, $cache)->find('test-es256-1') !== null);
    same(true, keySet($other, $clock, $cache)->find('test-es256-2') !== null);
    same(1, count($other->requests));
});

test('a clock that went backwards makes keys old, and does not let them serve for longer', static function (): void {
    $http = new ScriptedHttp(json(jwks()), json(jwks('test-es256-2')));
    $clock = new FakeClock(10_000_000);
    $keys = keySet($http, $clock);
    $keys->find('test-es256-1');
    $clock->ms = 5_000_000;
    same(null, $keys->find('test-es256-1'));
    same(2, count($http->requests));
});

test('an answer that is no key set is none', static function (): void {
    $answers = [
        json(jwks(), 301), json(['keys' => 'x']), json(['keys' => []]), json([]), json('x'),
        json(['keys' => array_fill(0, 33, jwks()['keys'][0])]),
        static fn () => new HttpResponse(200, [], ''), static fn () => new HttpResponse(200, [], '{"keys":[],"keys":[]}'),
    ];
    foreach ($answers as $answer) {
        $keys = keySet(new ScriptedHttp($answer), new FakeClock(1));
        refused('JWKS_UNAVAILABLE', static fn () => $keys->find('test-es256-1'));
    }
});

// SR-10
test('SR-10: keys that no result may be verified with are passed over', static function (): void {
    $good = jwks('test-es256-1')['keys'][0];
    $okp = jwks('test-eddsa-1')['keys'][0];
    $other = jwks('test-es256-2')['keys'][0];
    $bad = [
        ['alg' => 'RS256'], ['alg' => 'EdDSA'], ['alg' => null], ['kty' => 'OKP'], ['crv' => 'P-384'], ['use' => 'enc'],
        ['use' => null], ['key_ops' => ['sign']], ['key_ops' => 'verify'], ['key_ops' => null], ['d' => 'AAAA'], ['d' => null],
        ['x' => null], ['y' => null], ['x' => $good['x'] . '='], ['x' => substr($good['x'], 1)], ['y' => $good['x']],
        ['x' => ' ' . $good['x']], ['x' => str_repeat('A', 43), 'y' => str_repeat('A', 43)], ['y' => 'A' . $good['y']],
    ];
    foreach ($bad as $change) {
        $keys = PublishedKeys::read(json_encode(['keys' => [$change + $good, $other]]));
        same([null, true], [$keys->find('test-es256-1'), $keys->find('test-es256-2') !== null], json_encode($change));
    }
    foreach ([['alg' => 'ES256'], ['x' => 'AAAA'], ['crv' => 'X25519'], ['d' => 'AAAA']] as $change) {
        $keys = PublishedKeys::read(json_encode(['keys' => [$change + $okp, $other]]));
        same(null, $keys->find('test-eddsa-1'), json_encode($change));
    }
    $marked = PublishedKeys::read(json_encode(['keys' => [['key_ops' => ['verify'], 'use' => 'sig'] + $good]]));
    same(true, $marked->find('test-es256-1') !== null);
});

test('of keys that share a name none is used', static function (): void {
    [$one, $other] = jwks('test-es256-1', 'test-es256-2')['keys'];
    $okp = jwks('test-eddsa-1')['keys'][0];
    foreach ([[$one, ['kid' => $one['kid']] + $other], [$one, ['kid' => $one['kid'], 'alg' => 'x']], [$one, $one, $one]] as $two) {
        $keys = PublishedKeys::read(json_encode(['keys' => [...$two, $okp]]));
        same(null, $keys->find($one['kid']));
        same(true, $keys->find($okp['kid']) !== null);
    }
});

test('OpenSSL has no errors left over for whoever asks it next', static function (): void {
    $key = PublishedKeys::read(json_encode(jwks('test-es256-1')))->find('test-es256-1');
    same(false, $key?->hasSigned('x', str_repeat("\xff", 64)));
    same(false, $key?->hasSigned('x', str_repeat("\0", 64)));
    $good = jwks('test-es256-1')['keys'][0];
    PublishedKeys::read(json_encode(['keys' => [['y' => $good['x']] + $good, jwks('test-es256-2')['keys'][0]]]));
    same(false, openssl_error_string());
});

test('the folder of the cache is made for its owner alone, and others who could write there are refused', static function (): void {
    $folder = temporaryFolder();
    $cache = new FileKeyCache("{$folder}/made");
    same(0700, fileperms("{$folder}/made") & 0777);
    same(null, $cache->read('keys'));
    $cache->write('keys', 'one');
    $cache->write('keys', 'two');
    same('two', $cache->read('keys'));
    same(['keys.json'], array_values(array_diff(scandir("{$folder}/made"), ['.', '..'])));
    foreach ([0770, 0707, 0777, 01777] as $mode) {
        chmod("{$folder}/made", $mode);
        refused('OPTION_INVALID', static fn () => new FileKeyCache("{$folder}/made"), decoct($mode));
    }
    chmod("{$folder}/made", 0755);
    same('two', (new FileKeyCache("{$folder}/made"))->read('keys'));
    file_put_contents("{$folder}/file", '');
    foreach (['', "{$folder}/file", "{$folder}/file/below"] as $none) {
        refused('OPTION_INVALID', static fn () => new FileKeyCache($none));
    }
    unlink("{$folder}/made/keys.json");
    rmdir("{$folder}/made");
});

test('a folder that belongs to somebody else is refused, also where PHP cannot say who we are', static function (): void {
    $folder = temporaryFolder();
    $make = sprintf(
        'require %s; try { new Countersign\Keys\FileKeyCache(%s); } catch (Countersign\Exception\OptionInvalid) { echo "refused"; }',
        var_export(realpath(__DIR__ . '/../autoload.php'), true),
        var_export($folder, true),
    );
    $say = static fn (string $setting) => shell_exec(escapeshellarg(PHP_BINARY) . " -d {$setting} -r " . escapeshellarg($make));
    $settings = ['disable_functions=', 'disable_functions=posix_geteuid'];
    same([null, null], array_map($say, $settings));
    same([], glob("{$folder}/*"));
    // Only root can give a folder away.
    if (posix_geteuid() === 0 && @chown($folder, 65534)) {
        same(['refused', 'refused'], array_map($say, $settings));
        chown($folder, 0);
    }
});

test('what in the cache is not of our making counts as nothing', static function (): void {
    $keys = json_encode(json_encode(jwks()));
    $texts = ['', 'x', '[]', '{}', 'null', '[1,2,3,4]', "[{$keys},null,null,0]", "[{$keys},1000000,null,-1]",
        '["x",1000000,1000000,0]', '["{}",1000000,1000000,0]', "[{$keys},2000000,2000000,0]", "[{$keys},1000000,1000000,0,0]"];
    foreach ($texts as $text) {
        $cache = new MemoryKeyCache();
        $http = new ScriptedHttp(json(jwks()));
        $clock = new FakeClock(1_000_000);
        keySet($http, $clock, $cache)->find('test-es256-1');
        $name = 'keys-' . substr(hash('sha256', 'https://auth.example/.well-known/jwks.json'), 0, 32);
        same(true, $cache->read($name) !== null);
        $cache->write($name, $text);
        same(true, keySet($http, $clock, $cache)->find('test-es256-1') !== null, $text);
        same(2, count($http->requests), $text);
    }
});

test('a cache that keeps nothing costs fetches, and lets nobody in', static function (): void {
    $nothing = new class implements KeyCache {
        public function read(string $name): ?string
        {
            return null;
        }

        public function write(string $name, string $value): void
        {
        }
    };
    $http = new ScriptedHttp(json(jwks()));
    $keys = keySet($http, new FakeClock(1), $nothing);
    same(true, $keys->find('test-es256-1') !== null);
    same(null, $keys->find('invented'));
});
