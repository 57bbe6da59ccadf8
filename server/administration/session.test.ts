import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Administrator } from '../administrators/administrator.ts';
import { csrfToken, isSessionActive, MAX_SESSION_MS, SESSION_IDLE_MS, type Session } from './session.ts';

const START = Date.UTC(2027, 0, 15);
const ADMINISTRATOR = { id: 'adm_00000000001', state: 'active', sessionEpoch: 3 } as unknown as Administrator;
const SESSION: Session = {
  id: 'flw_00000000001',
  account: 'acc_00000000001',
  administrator: 'adm_00000000001',
  secretHash: '00',
  epoch: 3,
  factor: 'code',
  createdAt: START,
  lastSeenAt: START,
} as Session;

test('SR-29: a session ends half an hour after its last use, and after twelve hours at the latest', () => {
  const pause = fc.integer({ min: 0, max: SESSION_IDLE_MS + 60_000 });
  fc.assert(
    fc.property(fc.array(pause, { maxLength: 60 }), (pauses) => {
      let session = SESSION;
      let now = START;
      for (const waited of pauses) {
        now += waited;
        const stands = isSessionActive(session, ADMINISTRATOR, false, now);
        expect(stands).toBe(waited < SESSION_IDLE_MS && now - START < MAX_SESSION_MS);
        if (!stands) return;
        session = { ...session, lastSeenAt: now };
      }
    }),
  );
});

test('SR-29: a session that is used all the time ends after twelve hours', () => {
  const used = (at: number) => ({ ...SESSION, lastSeenAt: at });
  const end = START + MAX_SESSION_MS;
  expect(isSessionActive(used(end - 1), ADMINISTRATOR, false, end - 1)).toBe(true);
  expect(isSessionActive(used(end - 1), ADMINISTRATOR, false, end)).toBe(false);
});

// SR-39
test.each<[string, Administrator | undefined]>([
  ['no administrator', undefined],
  ['an administrator who is only invited', { ...ADMINISTRATOR, state: 'invited' }],
  ['another administrator', { ...ADMINISTRATOR, id: 'adm_00000000002' as Administrator['id'] }],
  ['an administrator who has ended their sessions since', { ...ADMINISTRATOR, sessionEpoch: 4 }],
  ['an administrator with a lower epoch', { ...ADMINISTRATOR, sessionEpoch: 2 }],
])('SR-39: a session is not that of %s', (_, administrator) => {
  expect(isSessionActive(SESSION, administrator, false, START)).toBe(false);
  expect(isSessionActive(SESSION, ADMINISTRATOR, false, START)).toBe(true);
});

test('SR-81: where a passkey is required, a session that began with a code is over', () => {
  for (const factor of ['code', 'passkey'] as const) {
    expect(isSessionActive({ ...SESSION, factor }, ADMINISTRATOR, false, START)).toBe(true);
    expect(isSessionActive({ ...SESSION, factor }, ADMINISTRATOR, true, START)).toBe(factor === 'passkey');
  }
});

test('the CSRF token differs for every secret, and is not the secret', () => {
  const secret = fc.string({ minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(secret, secret, (one, other) => {
      expect(csrfToken(one)).toMatch(/^[\w-]{43}$/);
      expect(csrfToken(one) === csrfToken(other)).toBe(one === other);
      expect(csrfToken(one)).not.toBe(one);
    }),
  );
});
