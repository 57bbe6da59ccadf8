import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newNonce } from '../clients/typescript/src/index.ts';
import { runProbe } from '../tools/prepare/probe.ts';
import { findPython } from '../tools/prepare/programs.ts';
import { Account } from './testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from './testing/built-service.ts';
import { ROOT } from './testing/code-blocks.ts';
import { ExampleValues } from './testing/example-values.ts';
import { ForeignExamples, type Interpreter } from './testing/foreign-example.ts';

interface Signing {
  interpreter: Interpreter;
  paths: readonly string[];
  /** Begins twice with the session that it is given; prints both nonces and the session. */
  begin: string;
  /** Finishes with session and result; prints what it answered and the session. */
  finish: string;
}

/** One entry for each language but TypeScript. */
const LANGUAGES: readonly Signing[] = [
  {
    interpreter: {
      language: 'python',
      path: /^# ([\w./-]+\.py)\n/,
      command: (driver) => [findPython(runProbe), '-B', '-c', driver],
      env: { PYTHONPATH: `${join(ROOT, 'clients/python/src')}:.` },
    },
    paths: ['backend/sign_in.py'],
    begin: `
import json, os
from backend.sign_in import begin_sign_in
session = json.loads(os.environ["ARGUMENTS"])["session"]
print(json.dumps({"nonces": [begin_sign_in(session), begin_sign_in(session)], "session": session}))`,
    finish: `
import json, os
from backend.sign_in import finish_sign_in
given = json.loads(os.environ["ARGUMENTS"])
print(json.dumps({"answer": finish_sign_in(given["session"], given["result"]), "session": given["session"]}))`,
  },
];

const ORIGIN = 'https://shop.example';
let place: Place;
let service: BuiltService;
let account: Account;
let resource: string;
const values = new ExampleValues();

beforeAll(async () => {
  place = await makePlace();
  const key = setUp(place);
  service = await serve(place);
  account = new Account(service.url, key);
  resource = await account.resource({ allowedOrigins: [ORIGIN] });
  values.set('https://auth.example', service.url);
  values.set('res_01k8dq9z2mp', resource);
}, 240_000);

afterAll(async () => {
  await service.stop();
  await place.remove();
});

describe.each(LANGUAGES)('the example in $interpreter.language', ({ interpreter, paths, begin, finish }) => {
  let examples: ForeignExamples;
  beforeAll(() => {
    examples = new ForeignExamples(interpreter, values);
  });
  afterAll(() => examples.remove());

  test('is the one that is tried here', () => {
    expect(examples.paths).toEqual(paths);
  });

  test('sign-in: the nonce stays until it is used, serves once, and is of one visitor', async () => {
    const begun = examples.run(begin, { session: {} }) as { nonces: string[]; session: { nonce: string } };
    const { nonce } = begun.session;
    expect(begun.nonces).toEqual([nonce, nonce]);
    const person = await account.person(resource);
    const result = await account.signIn({ resource, nonce, origin: ORIGIN }, person);

    for (const session of [{}, { nonce: newNonce() }, { nonce: '' }]) {
      expect(examples.run(finish, { session, result })).toEqual({ answer: false, session: {} });
    }
    const signedIn = { answer: true, session: { user: person.id } };
    expect(examples.run(finish, { session: { nonce }, result })).toEqual(signedIn);
    const again = { session: { user: person.id }, result };
    expect(examples.run(finish, again)).toEqual({ answer: false, session: { user: person.id } });
  });

  test('sign-in: what comes from another page is refused', async () => {
    const elsewhere = await account.resource({ allowedOrigins: ['https://other.example'] });
    const person = await account.person(elsewhere);
    const nonce = newNonce();
    const result = await account.signIn({ resource: elsewhere, nonce, origin: 'https://other.example' }, person);
    expect(examples.run(finish, { session: { nonce }, result })).toEqual({ answer: false, session: {} });
  });
});
