import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { php } from '../clients/php/testing/run-php.ts';
import { Account } from './testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from './testing/built-service.ts';
import { allCodeBlocks, ROOT } from './testing/code-blocks.ts';

const ORIGIN = 'https://shop.example';

let place: Place;
let service: BuiltService;
let account: Account;
let resource: string;
let key: string;
let folder: string;
const paths: string[] = [];

beforeAll(async () => {
  place = await makePlace();
  key = setUp(place);
  service = await serve(place);
  account = new Account(service.url, key);
  resource = await account.resource({ allowedOrigins: [ORIGIN] });
  folder = await mkdtemp(join(tmpdir(), 'countersign-php-examples-'));
  await mkdir(join(folder, 'backend/vendor'), { recursive: true });
  await writeFile(
    join(folder, 'backend/vendor/autoload.php'),
    `<?php require_once '${join(ROOT, 'clients/php/autoload.php')}';`,
  );
  for (const { text, at } of allCodeBlocks().filter(({ language }) => language === 'php')) {
    const path = /^<\?php\n\/\/ ([\w./-]+\.php)\n/.exec(text)?.[1] ?? at;
    paths.push(path);
    const filled = text.replaceAll('https://auth.example', service.url).replaceAll('res_01k8dq9z2mp', resource);
    await writeFile(join(folder, path), filled);
  }
}, 240_000);

afterAll(async () => {
  await service.stop();
  await place.remove();
  await rm(folder, { recursive: true });
});

/** One request of a site: what its session held before, what the body returns, and what the session holds then. */
async function request(path: string, session: object, body: string): Promise<{ answer: unknown; session: object }> {
  const script = `
    ini_set('error_log', '${folder}/log');
    $_SESSION = json_decode(${quoted(JSON.stringify(session))}, true);
    require '${join(folder, path)}';
    try { $answer = (function () { ${body} })(); }
    catch (Countersign\\Exception\\CountersignException $refused) { $answer = $refused->errorCode; }
    catch (RuntimeException $exception) { $answer = $exception->getMessage(); }
    echo json_encode(['answer' => $answer, 'session' => (object) $_SESSION]);`;
  const { out, trouble } = await php(['-r', script], { API_KEY: key });
  expect(trouble).toBe('');
  return JSON.parse(out);
}

const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

describe('the examples in PHP', () => {
  test('are the ones that are tried here', () => {
    expect(paths.sort()).toEqual(['backend/sign-in.php', 'backend/sign-transaction.php']);
  });

  test('sign-in: a result signs in the visitor who began, once, and nobody else', async () => {
    const path = 'backend/sign-in.php';
    const begun = await request(path, {}, 'return beginSignIn();');
    expect((await request(path, begun.session, 'return beginSignIn();')).answer).toBe(begun.answer);
    const maria = await account.person(resource);
    const result = await account.signIn({ resource, nonce: String(begun.answer), origin: ORIGIN }, maria);

    const finish = `return finishSignIn(${quoted(result)});`;
    expect(await request(path, {}, finish)).toEqual({ answer: false, session: {} });
    const victim = await request(path, {}, 'return beginSignIn();');
    expect(await request(path, victim.session, finish)).toEqual({ answer: false, session: {} });
    expect(await request(path, begun.session, finish)).toEqual({ answer: true, session: { user: maria.id } });
    // The service has used it up, so not even an old copy of the session helps.
    expect(await request(path, begun.session, finish)).toEqual({ answer: false, session: {} });
  });

  test('sign-transaction: this very payment, of this very person, once', async () => {
    const path = 'backend/sign-transaction.php';
    const payment = { amount: '1,250.00 EUR', to: 'Olena Koval', iban: 'UA21 3223 1300 0002 6007 2335 6600 1' };
    const signer = await account.signer(resource);
    const ask = `return askToConfirm(${quoted(signer.id)}, json_decode(${quoted(JSON.stringify(payment))}, true));`;
    const asked = await request(path, {}, ask);
    const begin = asked.answer as { loginRequest: string; nonce: string };
    const result = await account.sign({ ...begin, resource, origin: ORIGIN }, signer);
    const confirm = `return confirmed(${quoted(result)});`;

    const other = { asked: { nonce: begin.nonce, user: signer.id, payment: { ...payment, amount: '9,250.00 EUR' } } };
    expect((await request(path, other, confirm)).answer).toBe('TRANSACTION_WRONG');
    expect(await request(path, asked.session, confirm)).toEqual({ answer: payment, session: {} });
    expect((await request(path, asked.session, confirm)).answer).toBe('RESULT_USED');
    expect((await request(path, {}, confirm)).answer).toBe('Nothing was asked.');

    const again = await request(path, {}, ask);
    const second = again.answer as { loginRequest: string; nonce: string };
    const stolen = await account.sign({ ...second, resource, origin: ORIGIN }, signer);
    const somebodyElse = { asked: { nonce: second.nonce, user: 'usr_00000000000', payment } };
    const outcome = await request(path, somebodyElse, `return confirmed(${quoted(stolen)});`);
    expect(outcome.answer).toBe('That was somebody else.');
  });
});
