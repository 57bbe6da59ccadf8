import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TokenId } from '../kernel/ids.ts';
import { restoreBackup } from '../operations/backup/restore-backup.ts';
import { removeOwnToken } from '../sign-in/self-service/remove-token.ts';
import { assign, authenticate, createToken, operatorContext, resyncToken } from '../testing/as-operator.ts';
import { birth, createFixture, type Fixture, overwrite, overwriteSeed, read, unwrap } from '../testing/fixtures.ts';
import { suiteOf } from '../testing/ocra-samples.ts';
import { backupOf, backupReader, overStore } from '../testing/restore-fixture.ts';
import { createSelfServiceFixture, shownIn, withOwnApp } from '../testing/self-service-fixture.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { deleteToken } from './delete-token.ts';
import { tokenDocument } from './documents.ts';
import { importTokens } from './import/import-tokens.ts';
import { base32Encode } from './kinds/oath/base32.ts';
import { hotp } from './kinds/oath/code.ts';
import { createOcraToken } from './kinds/ocra/create-ocra-token.ts';
import { seedContext } from './seed-context.ts';
import type { OathToken } from './token.ts';

let ports: TestPorts;
let scene: Fixture;
let seed = 0;
let secret: Uint8Array;
beforeAll(async () => {
  ports = await openTestPorts('made-again');
});
afterAll(() => ports.close());
beforeEach(async () => {
  ports.store.intercept = {};
  ports.clock.advance(3_600_000);
  scene = await createFixture(ports);
  secret = new Uint8Array(20).fill(++seed);
});

type Kind = 'hotp' | 'totp';
const step = (over: TestPorts) => Math.floor(over.clock.now() / 30_000);
const code = (counter: number) => hotp({ secret, counter, digits: 6, algorithm: 'SHA1' });

const byApi = async (over: TestPorts, kind: Kind, more: object = {}): Promise<TokenId> => {
  const device = { kind, algorithm: 'SHA1', digits: 6, periodMs: 30_000, counter: 0, name: 'fob', secret } as const;
  return unwrap(await createToken(over, birth(over, 'tok'), scene.account, { ...device, ...more })).token.id;
};
const byFile = async (over: TestPorts, kind: Kind): Promise<TokenId> => {
  const content = Buffer.from(`otpauth://${kind}/Shop:fob?secret=${base32Encode(secret)}&counter=0`);
  const request = { content, format: 'otpauth', dryRun: false, acceptPartial: false, from: 0, count: 10 } as const;
  const { rows } = unwrap(await importTokens(over, operatorContext(scene.account), request));
  const [row] = rows;
  if (row?.outcome !== 'made' || !row.id) throw new Error(JSON.stringify(rows));
  return row.id;
};
const ROUTES = { 'by API': byApi, 'from a file': byFile };

async function openResource(over: TestPorts, token: TokenId): Promise<(otp: string) => Promise<object>> {
  const { account, resource } = scene;
  unwrap(await assign(over, { account, resource: resource.id, token }));
  return (otp) => authenticate(over, { account, resource: resource.id, method: 'token', token, otp });
}
const remove = async (over: TestPorts, id: TokenId) =>
  unwrap(await deleteToken(over, operatorContext(scene.account), id));
const accepted = { otp: 'verified' };

// SR-8, SR-69. The attack: a code that was seen is submitted after the token was deleted and created again.
describe.each(Object.entries(ROUTES))('a token that is created again %s', (_, make) => {
  test.each(Object.entries(ROUTES))(
    'after it was created %s accepts no code that it accepted before',
    async (__, first) => {
      const token = await first(ports, 'hotp');
      const show = await openResource(ports, token);
      for (const counter of [0, 1, 2]) expect(await show(code(counter))).toMatchObject(accepted);
      await remove(ports, token);
      const again = await openResource(ports, await make(ports, 'hotp'));
      for (const counter of [0, 1, 2]) expect(await again(code(counter))).not.toMatchObject(accepted);
      expect(await again(code(3))).toMatchObject(accepted);
    },
  );

  test('accepts no code of the same time step', async () => {
    const token = await make(ports, 'totp');
    const otp = code(step(ports));
    expect(await (await openResource(ports, token))(otp)).toMatchObject(accepted);
    await remove(ports, token);
    const again = await openResource(ports, await make(ports, 'totp'));
    expect(await again(otp)).not.toMatchObject(accepted);
    ports.clock.advance(30_000);
    expect(await again(otp)).not.toMatchObject(accepted);
    expect(await again(code(step(ports)))).toMatchObject(accepted);
  });

  test('and deleted and created once more, continues from the furthest counter', async () => {
    for (const counter of [0, 1, 2]) {
      const token = await make(ports, 'hotp');
      expect(await (await openResource(ports, token))(code(counter))).toMatchObject(accepted);
      await remove(ports, token);
    }
    expect((await read(ports, tokenDocument.key(await make(ports, 'hotp')))).nextCounter).toBe(3);
  });
});

// SR-8
describe('a token created from a used seed', () => {
  test('starts at a later counter if one is given', async () => {
    await remove(ports, await byApi(ports, 'hotp', { counter: 5 }));
    expect((await read(ports, tokenDocument.key(await byApi(ports, 'hotp', { counter: 9 })))).nextCounter).toBe(9);
    expect((await read(ports, tokenDocument.key(await byApi(ports, 'hotp')))).nextCounter).toBe(5);
  });

  test('is not proved by a used code', async () => {
    const token = await byApi(ports, 'hotp', { counter: 0 });
    await (await openResource(ports, token))(code(0));
    await remove(ports, token);
    await expect(byApi(ports, 'hotp', { shown: code(0) })).rejects.toThrow('OTP_WRONG');
    expect((await read(ports, tokenDocument.key(await byApi(ports, 'hotp', { shown: code(1) })))).nextCounter).toBe(2);
  });

  test('of another account starts from the beginning', async () => {
    await remove(ports, await byApi(ports, 'hotp', { counter: 5 }));
    scene = await createFixture(ports);
    expect((await read(ports, tokenDocument.key(await byApi(ports, 'hotp')))).nextCounter).toBe(0);
  });

  test('answers questions from the earlier counter on', async () => {
    const suite = suiteOf('OCRA-1:HOTP-SHA1-6:C-QN08');
    const make = async (counter: number) => {
      const input = { kind: 'ocra', name: 'fob', suite, counter, secret } as const;
      return unwrap(await createOcraToken(ports, operatorContext(scene.account), birth(ports, 'tok'), input)).token;
    };
    await remove(ports, (await make(7)).id);
    expect(await make(0)).toMatchObject({ nextCounter: 7 });
  });

  // The attack: HMAC pads a key with zeros, so a seed with another zero at its end shows the same codes.
  test.each([
    ['added', 0, 1],
    ['left out', 2, 0],
  ])('with zeros %s at its end continues from the same counter', async (_, before, after) => {
    const fob = secret;
    const withZeros = (zeros: number) => new Uint8Array([...fob, ...new Uint8Array(zeros)]);
    await remove(ports, await byApi(ports, 'hotp', { counter: 5, secret: withZeros(before) }));
    const token = await byApi(ports, 'hotp', { secret: withZeros(after) });
    expect((await read(ports, tokenDocument.key(token))).nextCounter).toBe(5);
  });

  test('that needed a resync needs it again', async () => {
    const token = await byApi(ports, 'hotp');
    await overwrite(ports, tokenDocument.key(token), { needsResync: true });
    await remove(ports, token);
    expect(await read(ports, tokenDocument.key(await byApi(ports, 'hotp')))).toMatchObject({ needsResync: true });
  });

  test('that its owner removed on the self-service page continues from its counter', async () => {
    scene = await createSelfServiceFixture(ports);
    const { walk } = await withOwnApp(scene);
    const [own] = shownIn(walk.view).tokens;
    const id = own?.id as TokenId;
    const before = (await read(ports, tokenDocument.key(id))) as OathToken;
    secret = ports.secrets.open(before.sealedSecret, seedContext(scene.account, id));
    expect(await walk.self(removeOwnToken, { token: id })).toMatchObject({ self: { tokens: [] } });
    const again = await read(ports, tokenDocument.key(await byApi(ports, 'totp')));
    expect(before.nextCounter).toBe(step(ports) + 1);
    expect(again.nextCounter).toBe(before.nextCounter);
  });
});

describe('a deletion', () => {
  // SR-1. The attack: a code is used between storing the counter and the deletion.
  test('during which a code is used keeps the token, and its repetition stores the counter', async () => {
    const token = await byApi(ports, 'hotp');
    const show = await openResource(ports, token);
    ports.store.intercept.commit = async (change, go) => {
      if (!change.delete?.some(({ name }) => name === 'token')) return go();
      ports.store.intercept = {};
      await show(code(0));
      return go();
    };
    expect(await deleteToken(ports, operatorContext(scene.account), token)).toEqual({ refused: 'CONTENTION' });
    await remove(ports, token);
    const again = await openResource(ports, await byApi(ports, 'hotp'));
    expect(await again(code(0))).not.toMatchObject(accepted);
  });

  test('stores nothing of a token that accepted no code', async () => {
    const token = await byApi(ports, 'hotp');
    const before = ports.store.commits.length;
    await remove(ports, token);
    const written = ports.store.commits.slice(before).flatMap(({ change }) => change.put ?? []);
    expect(written.map(({ key }) => key.name)).not.toContain('spent-seed');
  });

  test('reveals nothing of the seed in its record', async () => {
    const token = await byApi(ports, 'hotp', { counter: 5 });
    await remove(ports, token);
    const kept = ports.store.commits
      .flatMap(({ change }) => change.put ?? [])
      .filter(({ key }) => key.name === 'spent-seed');
    expect(kept.length).toBeGreaterThan(0);
    const text = JSON.stringify(kept.map(({ key: { anchor, name }, ...put }) => ({ key: { anchor, name }, ...put })));
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(Buffer.from(secret).toString(form));
    }
    expect(text.length / kept.length).toBeLessThan(250);
  });

  test('of a token whose seed does not open succeeds', async () => {
    const token = await byApi(ports, 'hotp', { counter: 5 });
    await overwriteSeed(ports, token, 'v1.none');
    await remove(ports, token);
  });
});

// SR-62, SR-69. The attack: the token was imported again after the backup, and used; the restored service does not
// know.
test('a counter-based token that is created again after a restore accepts no code before a resync', async () => {
  await remove(ports, await byApi(ports, 'hotp', { counter: 5 }));
  const backup = await backupOf(ports);
  const used = await openResource(ports, await byApi(ports, 'hotp'));
  expect(await used(code(5))).toMatchObject(accepted);
  const { store, remove: close } = await openTemporaryStore();
  const over = overStore(ports, store);
  await restoreBackup(over, backupReader(backup));
  const token = await byApi(over, 'hotp');
  const again = await openResource(over, token);
  expect(await again(code(5))).toMatchObject({ refused: 'TOKEN_OUT_OF_STEP' });
  unwrap(await resyncToken(over, scene.account, token, [code(6), code(7)]));
  expect(await again(code(8))).toMatchObject(accepted);
  await close();
});
