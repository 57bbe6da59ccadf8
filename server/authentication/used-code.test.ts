import { afterAll, beforeAll, expect, test } from 'vitest';
import { assign, createToken } from '../testing/as-operator.ts';
import { birth, createFixture, read, signInByApi, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { hotp } from '../tokens/kinds/oath/code.ts';

const SECRET = new Uint8Array(20).fill(7);

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('used code');
});
afterAll(() => ports.close());

// SR-1, SR-2. The attack: a thief who saw a used code submits it again and again. For its own token it is used; but
// each time it would be an uncounted guess at the user's other tokens.
test('a code that was used with one token is refused for every other, however often it is submitted', async () => {
  const scene = await createFixture(ports, { resource: { failedAttemptsBeforeLock: 3 } });
  const { account, resource, user } = scene;
  // Two tokens that show the same code represent two that will one day.
  const ids = [];
  for (const name of ['one', 'other']) {
    const kind = { kind: 'hotp', counter: 0, algorithm: 'SHA1', digits: 6, secret: SECRET, periodMs: 30_000 } as const;
    const made = await createToken(ports, birth(ports, 'tok'), account, { ...kind, name, owner: user.id });
    const { token } = unwrap(made);
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
    ids.push(token.id);
  }
  const code = (counter: number) => hotp({ secret: SECRET, counter, digits: 6, algorithm: 'SHA1' });
  const show = (otp: string) => signInByApi(ports, scene, otp);

  expect(await show(code(0))).toMatchObject({ otp: 'verified' });
  for (let times = 0; times < 6; times++) expect(await show(code(0))).toEqual({ refused: 'OTP_REPLAYED' });
  // A double click is no guess: nothing is counted, and the next code is accepted.
  const stored = await Promise.all(ids.map((id) => read(ports, tokenDocument.key(id))));
  expect(stored.map(({ failures }) => failures)).toEqual([0, 0]);
  expect(await show(code(1))).toMatchObject({ otp: 'verified' });
});
