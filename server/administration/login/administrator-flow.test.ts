import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idFromBytes } from '../../kernel/ids.ts';
import { FLOW_LIFETIME_MS } from '../../sign-in/flow.ts';
import { claimStep, FLOW_WRONG_ANSWERS, retryStep } from '../../sign-in/flow-transitions.ts';
import { accountId, frozen, tokenId } from '../../testing/samples.ts';
import {
  type AdministratorFlow,
  acceptAdministratorPassword,
  completeAdministratorFlow,
  newAdministratorFlow,
  setEmail,
} from './administrator-flow.ts';

const NOW = Date.UTC(2027, 0, 15);
const FLOW = idFromBytes('flw', new Uint8Array(7));
const ADMINISTRATOR = idFromBytes('adm', new Uint8Array(7));
const ASKED = { account: accountId(1), handleHash: 'aa'.repeat(32) };
const SHOWN = { administrator: ADMINISTRATOR, passwordDigest: 'd' };
const ENROLMENT = { token: tokenId(1), sealedSecret: 'sealed' };

type Move = (flow: AdministratorFlow) => AdministratorFlow;
const begun = () => frozen({ ...newAdministratorFlow(FLOW, ASKED, NOW), ...ASKED });
const password =
  (enrols: boolean): Move =>
  (flow) =>
    acceptAdministratorPassword(flow, enrols ? { ...SHOWN, enrolment: ENROLMENT } : SHOWN);

test('SR-5: the steps have a fixed order, and the flow names no administrator before the password was right', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.boolean(), (email, enrols) => {
      const named = setEmail(begun(), email);
      expect([begun().step, named.step]).toEqual(['identify', 'password']);
      for (const flow of [begun(), named]) {
        expect(flow).not.toHaveProperty('administrator');
        expect(flow).not.toHaveProperty('enrolment');
      }
      const known = password(enrols)(named);
      expect(known).toMatchObject({ ...SHOWN, email, step: enrols ? 'enrol' : 'otp' });
      const done = completeAdministratorFlow(known);
      // The enrolled secret is stored only in the token by now.
      expect(done).not.toHaveProperty('enrolment');
      expect(done).toMatchObject({ step: 'done', administrator: ADMINISTRATOR, seq: 3 });
    }),
  );
});

test('SR-5: every evaluated answer makes the previous page stale, and no answer extends the time', () => {
  const wrong: Move = (flow) => retryStep(flow, 'OTP_WRONG');
  const moves = fc.array(
    fc.constantFrom(wrong, password(true), password(false), (flow: AdministratorFlow) => setEmail(flow, 'a@b')),
    {
      maxLength: 25,
    },
  );
  fc.assert(
    fc.property(moves, (all) => {
      let flow: AdministratorFlow = begun();
      for (const move of all) {
        const next = frozen(move(flow));
        expect(next.seq).toBe(flow.seq + 1);
        expect(next.attemptsLeft).toBeLessThanOrEqual(flow.attemptsLeft);
        expect(next).toMatchObject({ ...ASKED, id: FLOW, createdAt: NOW, expiresAt: NOW + FLOW_LIFETIME_MS });
        expect(next).not.toHaveProperty('claim');
        const late = { steps: [next.step], seq: flow.seq, attempt: 'late' };
        expect(claimStep(next, late, NOW)).toEqual({ refused: 'STEP_STALE' });
        flow = next;
      }
    }),
  );
});

test('SR-2: ends a sign-in after too many wrong answers of any kind', () => {
  let flow = setEmail(begun(), 'ada@acme.example');
  for (let wrong = 1; wrong < FLOW_WRONG_ANSWERS; wrong++) flow = retryStep(flow, 'INVALID_CREDENTIALS');
  expect(flow.step).toBe('password');
  expect(retryStep(flow, 'INVALID_CREDENTIALS')).toMatchObject({
    step: 'denied',
    error: { code: 'TOO_MANY_ATTEMPTS' },
  });
});
