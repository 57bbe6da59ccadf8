import { afterAll, beforeAll, expect, test } from 'vitest';
import { updateUser } from '../testing/as-operator.ts';
import { addUser, createFixture, type Fixture, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { nameClaimDocument } from '../users/documents.ts';
import { authenticate } from './authenticate.ts';
import { rememberedReads, rememberReads } from './remembered-reads.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('remembered reads');
});
afterAll(() => ports.close());

async function signIn({ account, resource, tokens }: Fixture, user: string, from: TestPorts = ports) {
  const otp = (await tokens[0]?.code()) ?? '';
  const act = { actor: { kind: 'operator', account } } as const;
  return authenticate(from, act, { method: 'otp', resource: resource.id, user, otp });
}

// SR-4, SR-39 The attack: the former user of a name signs in with it after an administrator gave it to another user.
test('a name that was used before opens only the tokens of the user who has it now', async () => {
  const alice = await createFixture(ports, { user: { login: 'alice', alias: 'boss' }, tokens: [{ kind: 'hotp' }] });
  const { account, resource } = alice;
  const bob = await addUser(ports, account, resource, { user: { login: 'bob' }, tokens: [{ kind: 'hotp' }] });
  for (let before = 0; before < 2; before++)
    expect(await signIn(alice, 'boss')).toMatchObject({ user: { login: 'alice' } });
  const elsewhere = ports.replica();
  unwrap(await updateUser(elsewhere, account, alice.user.id, { alias: null }));
  expect(await signIn(alice, 'boss')).toEqual({ refused: 'INVALID_CREDENTIALS' });
  unwrap(await updateUser(elsewhere, account, bob.user.id, { alias: 'boss' }));
  expect(await signIn(alice, 'boss')).toEqual({ refused: 'INVALID_CREDENTIALS' });
  for (let after = 0; after < 2; after++) expect(await signIn(bob, 'boss')).toMatchObject({ user: { login: 'bob' } });
});

// SR-1 The attack: one code, at once in two processes that both remember what to read.
test('a code that is sent to two processes at once is accepted once', async () => {
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
  const replica = ports.replica();
  for (const from of [ports, replica, ports, replica])
    expect(await signIn(scene, 'alice', from)).toHaveProperty('user');
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, at) => signIn(scene, 'alice', at % 2 ? ports : replica)),
  );
  expect(outcomes.filter((outcome) => 'user' in outcome)).toHaveLength(1);
});

// SR-65 The attack: sign-ins with ever more names, until the process is out of memory.
test('a bounded number of names is remembered', () => {
  const { store } = ports.replica();
  const resource = 'res_00000000000';
  const named = (at: number) => nameClaimDocument.key('acc_00000000000', `name-${at}`);
  const keys = [{ anchor: 'usr', name: 'user' }];
  for (let at = 0; at <= 10_000; at++) rememberReads(store, resource, named(at), keys);
  expect(rememberedReads(store, resource, named(0))).toEqual([]);
  expect(rememberedReads(store, resource, named(1))).toEqual(keys);
  expect(rememberedReads(store, resource, named(10_000))).toEqual(keys);
  expect(rememberedReads(store, 'res_00000000001', named(1))).toEqual([]);
});
