import { METHOD_POLICIES } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRefusal } from '../kernel/result.ts';
import type { EnrolmentPolicy } from '../resources/enrolment-policy.ts';
import { createLoginRequest, operatorContext, updateToken } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import { addToken, birth, createFixture, type Fixture, NONCE, overwrite, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { totpApp } from '../testing/totp-app.ts';
import { REPLACEMENT_TTL_MS } from '../tokens/lockout.ts';
import { userDocument } from '../users/documents.ts';
import { explain } from './explain.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('explain replacement');
});
afterAll(() => ports.close());

async function withLostToken(required: boolean, method: 'widget' | 'password-otp' = 'widget') {
  const scene = await createFixture(ports, { tokens: [{}], resource: { enrolment: { kinds: ['totp'], required } } });
  for (const { id } of scene.tokens) unwrap(await updateToken(ports, scene.account, id, { enabled: false }));
  return { scene, explained: () => explained(scene, method), since: ports.clock.now() };
}

async function explained({ account, resource, user }: Fixture, method: 'widget' | 'password-otp') {
  const subject = { user: user.login, method };
  return unwrap(await explain(ports, operatorContext(account), { resource: resource.id, subject })).explained;
}

test('says since when the password alone signs in, where no token is required and over the API', async () => {
  for (const lost of [await withLostToken(false), await withLostToken(true, 'password-otp')]) {
    expect(await lost.explained()).toMatchObject({
      factors: { otpSkipped: true, skippedSince: lost.since },
      verdict: { granted: true, otp: 'skipped' },
    });
  }
});

test('says what follows the password where a token is required, as the sign-in decides it', async () => {
  const { scene, explained: ask, since } = await withLostToken(true);
  const until = since + REPLACEMENT_TTL_MS;
  const found = async () => (await ask()).checks.find(({ check }) => check === 'replacement');
  expect(await found()).toEqual({ check: 'replacement', state: 'permitted', until, passed: true });
  expect(await ask()).toMatchObject({ factors: { otp: true }, verdict: { granted: true, otp: 'verified' } });
  await giveRecoveryCodes(scene);
  expect(await found()).toMatchObject({ state: 'recovery-code', passed: true });
  ports.clock.advance(REPLACEMENT_TTL_MS);
  expect(await found()).toMatchObject({ state: 'not-permitted', passed: false });
  expect(await ask()).toMatchObject({ verdict: { granted: false, code: 'ENROLMENT_REQUIRED' } });
});

const policies = fc.record<EnrolmentPolicy, 'kinds' | 'required'>(
  {
    kinds: fc.constantFrom<EnrolmentPolicy['kinds'][]>(['totp'], ['totp', 'sms'], ['sms']),
    required: fc.boolean(),
    postponableUntil: fc.constantFrom(0, Number.MAX_SAFE_INTEGER),
  },
  { requiredKeys: ['kinds', 'required'] },
);
const rarely = fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.constant(true), weight: 1 });
const situations = fc.record({
  policy: fc.option(policies, { freq: 6, nil: undefined }),
  methodPolicy: fc.constantFrom(...METHOD_POLICIES),
  /** Assigned here, or on no resource at all. */
  token: fc.option(fc.constantFrom<TokenState>('active', 'deactivated', 'locked'), { freq: 1, nil: undefined }),
  isElsewhere: rarely,
  hadToken: rarely,
  isMailboxAlone: rarely,
  isByHelpDesk: rarely,
  acr: fc.constantFrom(undefined, undefined, '2' as const),
  canSendCodes: fc.boolean(),
});

/** A user without a token, where one is required. */
const FIRST: typeof situations extends fc.Arbitrary<infer S> ? S : never = {
  policy: { kinds: ['totp'], required: true },
  methodPolicy: 'auto',
  token: undefined,
  isElsewhere: false,
  hadToken: false,
  isMailboxAlone: false,
  isByHelpDesk: false,
  acr: undefined,
  canSendCodes: true,
};
const EXAMPLES = [
  FIRST,
  { ...FIRST, methodPolicy: 'password-otp' },
  { ...FIRST, hadToken: true },
  { ...FIRST, policy: { kinds: ['sms'], required: true }, canSendCodes: false },
  { ...FIRST, policy: { kinds: ['totp'], required: false } },
] as const satisfies (typeof FIRST)[];

test('predicts what a sign-in asks the user to set up, and its end', async () => {
  const seen = { granted: 0, impossible: 0, offered: 0, required: 0 };
  await fc.assert(
    fc.asyncProperty(situations, async ({ policy, methodPolicy, token, acr, ...situation }) => {
      ports.codes.channels = situation.canSendCodes ? ['sms', 'email'] : [];
      const isHere = token !== undefined && !situation.isElsewhere;
      const scene = await createFixture(ports, {
        tokens: isHere ? [{ state: token, kind: 'hotp' }] : [],
        resource: { methodPolicy, ...(policy && { enrolment: policy }) },
        user: { phone: '+436641234567' },
      });
      const { account, resource, user } = scene;
      if (token && !isHere) await addToken(ports, account, { state: token, owner: user.id });
      await overwrite(ports, userDocument.key(user.id), {
        ...(situation.hadToken && { hadToken: true as const }),
        ...(situation.isMailboxAlone && { needsConfirmation: {} }),
        ...(situation.isByHelpDesk && { passwordByHelpDesk: true as const }),
      });
      const subject = { user: user.login, method: 'widget' } as const;
      const asked = await explain(ports, operatorContext(account), {
        resource: resource.id,
        subject,
        ...(acr && { acr }),
      });
      const { checks, verdict, factors } = unwrap(asked).explained;
      const enrolment = checks.find((one) => one.check === 'enrolment');

      const request = {
        account,
        resource: resource.id,
        nonce: NONCE,
        passwordChecked: false,
        ...(acr && { user: user.id, demand: { acr } }),
      };
      const made = await createLoginRequest(ports, birth(ports, 'flw'), request);
      if (isRefusal(made)) {
        expect(verdict).toEqual({ granted: false, code: made.refused });
        return;
      }
      const { loginRequest } = made;
      const walk = await LoginDriver.begin(scene, { loginRequest });
      if (walk.view.step === 'identify') await walk.identify();
      if (walk.view.step === 'password') await walk.password();
      if (enrolment) seen[enrolment.state] += 1;
      if (walk.view.step === 'enrol') {
        const { kinds = [], mayWait, until } = walk.view.enrol ?? {};
        const state = kinds.length === 0 ? 'impossible' : mayWait ? 'offered' : 'required';
        expect(enrolment).toMatchObject({ state, ...(until && { until }) });
        if (state === 'impossible') {
          expect(verdict).toEqual({ granted: false, code: 'ENROLMENT_REQUIRED' });
          return;
        }
        if (factors?.otp) await setUp(walk);
        else await walk.later();
      } else {
        expect(enrolment).toBeUndefined();
        const [shown] = scene.tokens;
        if (walk.view.step === 'otp') await walk.otp((await shown?.code()) ?? '000000');
      }
      expect(walk.view.step === 'done').toBe(verdict.granted);
      if (!verdict.granted) {
        expect(walk.view.error?.code).toBe(verdict.code);
        return;
      }
      seen.granted += 1;
      const claims = await ports.signer.verify(walk.view.result ?? '', {
        audience: resource.id,
        now: ports.clock.now(),
      });
      expect(claims).toMatchObject({ otp: verdict.otp });
    }),
    { numRuns: 150, examples: EXAMPLES.map((one) => [one]) },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

/** Sets up an app where that is possible, and otherwise a phone. */
async function setUp(walk: LoginDriver): Promise<void> {
  const { kind, kinds = [] } = walk.view.enrol ?? {};
  if (kind === undefined) await walk.chooseKind(kinds.includes('totp') ? 'totp' : 'sms');
  if (walk.view.enrol?.kind === 'totp') await walk.enrol(totpApp(walk.view).code(ports.clock.now()));
  else {
    await walk.sendFirst();
    await walk.enrol(ports.codes.sent.at(-1)?.code ?? '');
  }
  if (walk.view.step === 'codes') await walk.confirmCodes();
}
