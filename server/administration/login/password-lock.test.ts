import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Administrator } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { isRefusal } from '../../kernel/result.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { ADMIN_PASSWORD, addActive } from '../../testing/administrators.ts';
import { fakeHash } from '../../testing/fake-hasher.ts';
import { createFixture, overwrite, read } from '../../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { countAdministratorAttempt } from '../check-factors.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('administrator password lock');
});
afterAll(() => ports.close());

const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.1';

const stored = ({ account, id }: Administrator) => read(ports, administratorDocument.key(account, id));

async function signIn(who: Administrator, password: string, address: string) {
  const { account, email } = who;
  const attempt = await countAdministratorAttempt(ports, { account, find: () => stored(who), name: email, address });
  if (isRefusal(attempt)) return attempt;
  try {
    return await attempt.verify(password);
  } finally {
    await attempt.close();
  }
}

/** The attack: a guess a minute, which the waits allow. */
async function guess(who: Administrator, times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    await signIn(who, `guess ${at}`, ELSEWHERE);
    ports.clock.advance(MINUTE_MS);
  }
}

async function setStage(): Promise<Administrator> {
  const { account } = await createFixture(ports);
  const who = await addActive(ports, account, { email: 'ada@acme.example' });
  expect(isRefusal(await signIn(who, ADMIN_PASSWORD, HOME))).toBe(false);
  return who;
}

// SR-15. The attack: the password of an administrator is guessed for as long as it takes.
test('SR-15: a hundred wrong passwords in a row lock the password of an administrator, with one event', async () => {
  const who = await setStage();
  await guess(who, 105);
  expect(await signIn(who, ADMIN_PASSWORD, ELSEWHERE)).toMatchObject({ refused: 'INVALID_CREDENTIALS' });
  const events = (await ports.store.readEvents(0, 0, 1_000_000)).map(({ event }) => event as unknown as AccountEvent);
  expect(events.filter(({ type }) => type === 'administrator.password-locked')).toMatchObject([
    { subject: who.id, actor: { kind: 'service' } },
  ]);
});

// SR-49. The attack: the guessing is meant to lock the administrator out.
test('SR-49: the administrator signs in where they did before, which lifts the lock', async () => {
  const who = await setStage();
  await guess(who, 100);
  expect(isRefusal(await signIn(who, ADMIN_PASSWORD, ELSEWHERE))).toBe(true);
  expect(isRefusal(await signIn(who, ADMIN_PASSWORD, HOME))).toBe(false);
  ports.clock.advance(MINUTE_MS);
  expect(isRefusal(await signIn(who, ADMIN_PASSWORD, ELSEWHERE))).toBe(false);
});

test('SR-15: another password, as after a reset by mail or a recovery, lifts it anywhere', async () => {
  const who = await setStage();
  await guess(who, 100);
  const passwordHash = fakeHash('another good password');
  await overwrite(ports, administratorDocument.key(who.account, who.id), { passwordHash });
  expect(isRefusal(await signIn(who, 'another good password', ELSEWHERE))).toBe(false);
});
