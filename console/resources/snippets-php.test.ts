import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { php } from '../../clients/php/testing/run-php.ts';
import { textOf, VECTORS, vector } from '../../clients/typescript/testing/vectors.ts';
import { BACKENDS, fillIn } from './snippets.ts';

const { issuer, resource, nonce, now } = VECTORS.defaults;
const LIBRARY = resolve(import.meta.dirname, '../../clients/php/autoload.php');

/** Replaces the clock and the connection that the example uses with the time and the keys of the test vectors. */
const WORLD = `<?php
namespace Countersign {
    require '${LIBRARY}';
    final class SystemClock implements Clock {
        public function nowMs(): int { return ${now * 1000}; }
        public function sleepMs(int $ms): void {}
    }
}
namespace Countersign\\Http {
    final class CurlHttpClient implements HttpClient {
        public function send(HttpRequest $request): HttpResponse {
            $isAsked = $request->url === '${issuer}/.well-known/jwks.json';
            return new HttpResponse($isAsked ? 200 : 404, [], file_get_contents(__DIR__ . '/jwks.json'));
        }
    }
}`;

/** The code that a site would write around the example. */
const SITE = `<?php
require 'sign-in.php';
ini_set('error_log', __DIR__ . '/log');
$_SESSION = [];
$begun = beginSignIn();
$outcomes = ['kept' => $begun === beginSignIn(), 'nonce' => $begun, 'accepted' => []];
$_SESSION['nonce'] = '${nonce}';
$outcomes['good'] = [finishSignIn('GOOD'), $_SESSION['user'] ?? null, finishSignIn('GOOD')];
foreach (json_decode(file_get_contents('hostile.json'), true) as $name => $jwt) {
    $_SESSION = ['nonce' => '${nonce}'];
    if (finishSignIn($jwt) || $_SESSION !== []) $outcomes['accepted'][] = $name;
}
echo json_encode($outcomes);`;

const hostile = VECTORS.cases.filter((one) => one.expect !== 'accept' && one.options === undefined);
let folder: string;
let outcome: { out: string; trouble: string };

/** Write the pasted example beside the library. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-snippet-'));
  const put = (name: string, text: string) => writeFile(join(folder, name), text);
  const text = BACKENDS.find(({ language }) => language === 'PHP')?.text ?? '';
  await mkdir(join(folder, 'vendor'));
  await put('sign-in.php', fillIn(text, { service: issuer, resource, origin: 'https://shop.example' }));
  await put('vendor/autoload.php', `<?php require_once __DIR__ . '/../world.php';`);
  await put('world.php', WORLD);
  await put('jwks.json', JSON.stringify(VECTORS.jwks));
  await put('hostile.json', JSON.stringify(Object.fromEntries(hostile.map((one) => [one.name, textOf(one)]))));
  await put('site.php', SITE.replaceAll('GOOD', vector('valid ES256')));
  outcome = await php(['-r', `chdir('${folder}'); require 'site.php';`], {});
});

afterAll(() => rm(folder, { recursive: true }));

test('PHP, run: accepts a valid result once, and keeps the nonce until then', () => {
  expect(outcome.trouble).toBe('');
  expect(JSON.parse(outcome.out)).toMatchObject({
    kept: true,
    nonce: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
    good: [true, expect.stringMatching(/^usr_/), false],
  });
});

// SR-9
test('SR-9: PHP, run: refuses every hostile result', () => {
  expect(hostile.length).toBeGreaterThan(200);
  expect(JSON.parse(outcome.out).accepted).toEqual([]);
});
