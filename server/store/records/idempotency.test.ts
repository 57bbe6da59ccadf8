import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../../accounts/create-account.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { isRefusal, refusal } from '../../kernel/result.ts';
import { createLoginRequest, createToken, idempotently } from '../../testing/as-operator.ts';
import { createFixture, NONCE, unwrap } from '../../testing/fixtures.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import { base32Encode } from '../../tokens/kinds/oath/base32.ts';
import { isOath } from '../../tokens/token.ts';
import { IDEMPOTENCY_LEASE_MS, IDEMPOTENCY_TTL_MS } from './idempotency-record.ts';

// SR-59: an Idempotency-Key creates one object once, whatever is interrupted.
let ports: TestPorts;
let account: AccountId;
beforeAll(async () => {
  ports = await openTestPorts('idempotently');
  account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const DOWN = new StoreUnavailable('no answer');
const SPEC = { name: 'phone', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000, counter: 0 } as const;

/** The work of `POST /v1/tokens`, on the given process. */
function enrol(key: string | undefined, { fingerprint = 'body', over = ports, by = account } = {}) {
  return idempotently(over, { account: by, key, fingerprint, prefix: 'tok' }, async (newId) => {
    const created = await createToken(over, newId, by, SPEC);
    return isRefusal(created) ? created : { id: created.token.id, secret: base32Encode(created.secret) };
  });
}
const countTokens = async (of = account) => (await ports.store.range(tokenIndexes.created(of), { limit: 1000 })).length;

describe('a repeat', () => {
  test('gets the first response, including the seed, also from another process', async () => {
    const first = unwrap(await enrol('a'));
    expect(first.secret).toHaveLength(32);
    expect(await enrol('a')).toEqual(first);
    expect(await enrol('a', { over: ports.replica() })).toEqual(first);
  });

  test('with another request under the same key is refused, and creates nothing', async () => {
    unwrap(await enrol('b'));
    const before = await countTokens();
    expect(await enrol('b', { fingerprint: 'another body' })).toEqual({ refused: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await countTokens()).toBe(before);
  });

  // SR-18, SR-21
  test('leaves nothing in the store that allows offline guesses at passwords', async () => {
    const body = (password: string) => `POST /v1/users\n{"login":"alice","password":"${password}"}`;
    const before = ports.store.commits.length;
    unwrap(await enrol('with-a-password', { fingerprint: body('sunflower') }));
    const copied = JSON.stringify(ports.store.commits.slice(before));
    for (const algorithm of ['sha256', 'sha512', 'sha1', 'md5']) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(copied).not.toContain(createHash(algorithm).update(body('sunflower')).digest(encoding));
      }
    }
  });

  test('a day later creates another object', async () => {
    const first = unwrap(await enrol('c'));
    ports.clock.advance(IDEMPOTENCY_TTL_MS);
    const second = unwrap(await enrol('c'));
    expect(second.id).not.toBe(first.id);
    expect(await enrol('c')).toEqual(second);
  });

  test('without a key creates another object each time', async () => {
    const [one, two] = [unwrap(await enrol(undefined)), unwrap(await enrol(undefined))];
    expect(one.id).not.toBe(two.id);
  });

  test('under the same key in another account is independent', async () => {
    const other = unwrap(await createAccount(ports, { name: 'Other' })).account.id;
    const [one, two] = [unwrap(await enrol('d')), unwrap(await enrol('d', { by: other }))];
    expect(one.id).not.toBe(two.id);
    expect(one.secret).not.toBe(two.secret);
  });

  test('twenty at once create one object, and the others are told to wait', async () => {
    const of = unwrap(await createAccount(ports, { name: 'Crowd' })).account.id;
    const replica = ports.replica();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => enrol('e', { by: of, over: at % 2 ? ports : replica })),
    );
    expect(await countTokens(of)).toBe(1);
    const answers = outcomes.filter((outcome) => !isRefusal(outcome));
    expect(answers.length).toBeGreaterThanOrEqual(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    for (const rejected of outcomes.filter(isRefusal)) {
      expect(rejected).toEqual({ refused: 'IDEMPOTENCY_KEY_IN_USE', retryAfterMs: 1000 });
    }
  });
});

test.each(['', ' ', 'a b', 'ä', 'a\n', 'x'.repeat(129), '\u2028'])('a key such as %j is refused', async (key) => {
  expect(await enrol(key)).toEqual({ refused: 'IDEMPOTENCY_KEY_INVALID' });
});

test('accepts a key of the maximum length', async () => {
  unwrap(await enrol('~'.repeat(128)));
});

describe('a refusal', () => {
  test('is not stored: a retry may succeed', async () => {
    const request = { account, key: 'f', fingerprint: 'body', prefix: 'tok' } as const;
    expect(await idempotently(ports, request, async () => refusal('USER_NOT_FOUND'))).toEqual({
      refused: 'USER_NOT_FOUND',
    });
    expect(await idempotently(ports, request, async ({ id }) => ({ id }))).toHaveProperty('id');
  });

  test('nor is an exception', async () => {
    const request = { account, key: 'g', fingerprint: 'body', prefix: 'tok' } as const;
    await expect(idempotently(ports, request, () => Promise.reject(DOWN))).rejects.toThrow(DOWN);
    expect(await idempotently(ports, request, async ({ id }) => ({ id }))).toHaveProperty('id');
  });
});

test('an outage right after the creation does not cause a second one, and the next request need not wait', async () => {
  const of = unwrap(await createAccount(ports, { name: 'Outage' })).account.id;
  ports.store.intercept = {
    async commit(change, go) {
      const outcome = await go();
      if (touches(change, 'token')) throw DOWN;
      return outcome;
    },
  };
  await expect(enrol('k', { by: of })).rejects.toThrow(DOWN);
  ports.store.intercept = {};
  ports.clock.advance(1);
  const created = unwrap(await enrol('k', { by: of }));
  expect(await countTokens(of)).toBe(1);
  expect(await enrol('k', { by: of })).toEqual(created);
});

describe('a crash', () => {
  /** The process crashes at this commit: all later ones fail too, so there is no clean-up. */
  async function dyingAt(commit: number, run: () => Promise<unknown>) {
    let commits = 0;
    ports.store.intercept = {
      async commit(_change, go) {
        if (commits++ >= commit) throw DOWN;
        return go();
      },
    };
    await expect(run()).rejects.toThrow(DOWN);
    ports.store.intercept = {};
  }

  test.each([
    ['before anything was made', 1],
    ['after the thing was made, before the answer was kept', 2],
  ])('%s holds the key for its lease, and then one object results', async (_, commit) => {
    const of = unwrap(await createAccount(ports, { name: 'Crash' })).account.id;
    await dyingAt(commit, () => enrol('h', { by: of }));
    expect(await enrol('h', { by: of })).toEqual({ refused: 'IDEMPOTENCY_KEY_IN_USE', retryAfterMs: 1000 });
    ports.clock.advance(IDEMPOTENCY_LEASE_MS - 1);
    expect(await enrol('h', { by: of })).toMatchObject({ refused: 'IDEMPOTENCY_KEY_IN_USE' });
    ports.clock.advance(1);
    const created = unwrap(await enrol('h', { by: of }));
    expect(await countTokens(of)).toBe(1);
    expect(await enrol('h', { by: of })).toEqual(created);
    // The returned seed is the stored one.
    const [stored] = await ports.store.getMany([tokenDocument.key(created.id)], ports.clock.now());
    const context = { account: of, kind: 'token', id: created.id, field: 'secret' } as const;
    const sealed = stored && isOath(stored.value) ? stored.value.sealedSecret : '';
    expect(base32Encode(ports.secrets.open(sealed, context))).toBe(created.secret);
  });

  test('after a login request was created returns that same request', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const ask = () =>
      idempotently(ports, { account: scene.account, key: 'i', fingerprint: 'body', prefix: 'flw' }, (newId) =>
        createLoginRequest(ports, newId, {
          account: scene.account,
          resource: scene.resource.id,
          user: 'alice',
          nonce: NONCE,
          passwordChecked: true,
        }),
      );
    await dyingAt(2, ask);
    ports.clock.advance(IDEMPOTENCY_LEASE_MS);
    const again = unwrap(await ask());
    expect(again.loginRequest).toMatch(/^lrq\.flw_/);
    expect(await ask()).toEqual(again);
  });
});

test('refuses an id that belongs to another object', async () => {
  const first = unwrap(await enrol(undefined));
  const created = await createToken(ports, { id: first.id, madeWith: 'another' }, account, SPEC);
  expect(created).toEqual({ refused: 'CONTENTION' });
});

test('SR-23: the stored response is sealed, and opens under its own key alone', async () => {
  const before = ports.store.commits.length;
  const { secret } = unwrap(await enrol('j'));
  const written = ports.store.commits.slice(before);
  expect(written.some(({ change }) => touches(change, 'idempotency'))).toBe(true);
  expect(JSON.stringify(written)).not.toContain(secret);
});
