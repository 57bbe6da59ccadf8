import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureHeaders, writeSecret } from '../../server/webhooks/signature.ts';
import { CLIENT_ERROR_CODES } from '../typescript/src/codes.ts';
import { type FakeService, startFakeService } from '../typescript/testing/fake-service.ts';
import { php } from './testing/run-php.ts';

const API_KEY = 'key_0123456789a.secret-secret-secret';
const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
const snippets = [...readme.matchAll(/^```php\n(.*?)^```$/gms)].map((match) => String(match[1]));

let service: FakeService;
let folder: string;

// The examples are in a project of their own, as Composer would lay it out.
beforeAll(async () => {
  service = await startFakeService();
  folder = await mkdtemp(join(tmpdir(), 'countersign-php-readme-'));
  await mkdir(join(folder, 'vendor'));
  await writeFile(join(folder, 'vendor/autoload.php'), `<?php require '${join(import.meta.dirname, 'autoload.php')}';`);
  for (const [i, snippet] of snippets.entries()) {
    await writeFile(join(folder, `snippet${i}.php`), snippet.replaceAll('https://auth.example', service.url));
  }
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

/** Runs a body after the snippet, and gives what it returns. */
async function inSnippet(index: number, body: string, env: Record<string, string> = {}): Promise<unknown> {
  const file = join(folder, `run${index}.php`);
  await writeFile(file, `<?php require 'snippet${index}.php'; echo json_encode((function () { ${body} })());`);
  const { out, trouble } = await php([file], { COUNTERSIGN_API_KEY: API_KEY, SERVICE_URL: service.url, ...env });
  expect(trouble).toBe('');
  return JSON.parse(out);
}

describe('the examples of the README', () => {
  test('are as many as are tried here', () => {
    expect(snippets).toHaveLength(4);
  });

  test('who signed in: a good result, then the same again', async () => {
    const nonce = 'n'.repeat(32);
    const result = await service.issueResult(nonce);
    const outcome = await inSnippet(
      0,
      `$_SESSION = ['nonce' => '${nonce}'];
       $_POST = ['countersign_result' => '${result}'];
       $first = finishSignIn();
       $user = $_SESSION['user'];
       $second = finishSignIn();
       $_POST = ['countersign_result' => ['${result}']];
       $third = finishSignIn();
       $fresh = beginSignIn();
       return [$first, $user, $second, $third, beginSignIn() === $fresh, $fresh];`,
    );
    const again = 'Please sign in again.';
    const fresh = expect.stringMatching(/^[A-Za-z0-9_-]{32}$/);
    expect(outcome).toEqual(['Welcome, mira!', 'usr_2v6m0c4x9ta', again, again, true, fresh]);
    expect(service.requests.filter(({ line }) => line === 'GET /.well-known/jwks.json')).toHaveLength(1);
  });

  test('used once', async () => {
    expect(await inSnippet(1, `return signInOnce('a.b.c', '${'m'.repeat(32)}');`)).toBe('usr_2v6m0c4x9ta');
    expect(service.requests.at(-1)).toMatchObject({
      line: 'POST /v1/results/consume',
      authorization: `Bearer ${API_KEY}`,
    });
  });

  test('the second factor alone', async () => {
    const outcome = await inSnippet(1, `return askForCode('usr_1');`);
    expect(outcome).toEqual({ loginRequest: 'lrq_secret', nonce: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) });
  });

  test('a transaction to confirm', async () => {
    const outcome = await inSnippet(
      1,
      `$asked = askToConfirm('usr_1', '10.00 EUR');
       return [$asked['loginRequest'], $asked['nonce'] === $_SESSION['nonce']];`,
    );
    expect(outcome).toEqual(['lrq_secret', true]);
    expect(service.requests.at(-1)).toMatchObject({
      line: 'POST /v1/transactions',
      body: { user: 'usr_1', fields: [{ label: 'Amount', value: '10.00 EUR' }] },
    });
  });

  test('told of what happens', async () => {
    const secret = writeSecret(new Uint8Array(32).fill(5));
    const body = '{"type":"user.updated","timestamp":"2027-01-15T08:00:00.000Z","data":{"subject":"usr_1"}}';
    const headers = signatureHeaders({ id: 'dlv_0_1_x', at: Date.now(), body }, [new Uint8Array(32).fill(5)]);
    const outcome = await inSnippet(
      2,
      `ob_start();
       $headers = json_decode('${JSON.stringify(headers)}', true);
       $seen = [];
       $isNew = function (string $id) use (&$seen) { $new = !isset($seen[$id]); $seen[$id] = true; return $new; };
       $statuses = array_map(fn ($one) => receive($one, $headers, $isNew), ['${body}', '${body}', '${body} ']);
       return [$statuses, ob_get_clean()];`,
      { WEBHOOK_SECRET: secret },
    );
    expect(outcome).toEqual([[204, 204, 400], 'user.updated usr_1\n']);
  });

  test('users, tokens and the rest', async () => {
    const outcome = await inSnippet(
      3,
      `$client = new Countersign\\Client(getenv('SERVICE_URL'), getenv('COUNTERSIGN_API_KEY'));
       return welcome($client, 'res_1', 'mira');`,
    );
    expect(outcome).toBe('otpauth://totp/mira');
  });
});

describe('the README', () => {
  test('names every code of the library’s own', () => {
    const own = [...CLIENT_ERROR_CODES.filter((code) => code !== 'ABORTED'), 'JWKS_UNAVAILABLE'];
    for (const code of own) expect(readme).toContain(`\`${code}\``);
  });
});
