import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { refusal } from '../kernel/result.ts';
import { DEFAULT_WEIGHTS } from '../resources/environment-check.ts';
import type { Resource } from '../resources/resource.ts';
import { forRequest } from '../store/request-ports.ts';
import { operatorContext, updateResource, updateToken, updateUser } from '../testing/as-operator.ts';
import { giveRecoveryCodes } from '../testing/devices/recovery-device.ts';
import { hookAnswer } from '../testing/fake-senders.ts';
import {
  addResource,
  createFixture,
  type Fixture,
  type FixtureOptions,
  PASSWORD,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { resultDocument } from './documents.ts';
import type { Rule } from './rule.ts';
import { setHook } from './rules/hook/change-hook.ts';
import { RULES } from './rules.ts';
import { askBeforeResult, runAfterResult } from './run-rules.ts';
import { parseHandle } from './stored-flow.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('rules');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.faults.length = 0;
  ports.webhookSender.decide = () => hookAnswer({ allow: true });
});

const codeOf = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';

/** Name, password and, if it is asked for, the code. */
async function signIn(
  scene: Fixture,
  rules: readonly Rule[],
  password = PASSWORD,
  code?: string,
  beforeCode?: Refused['beforeCode'],
) {
  const walk = await LoginDriver.begin(scene, { rules });
  await walk.identify();
  if (walk.view.step === 'password') await walk.password(password);
  await beforeCode?.(scene, walk);
  if (walk.view.step === 'otp') await walk.otp(code ?? (await codeOf(scene)));
  return walk;
}

async function hasResult({ handle }: LoginDriver): Promise<boolean> {
  const id = parseHandle(handle)?.id;
  const [record] = id ? await ports.store.getMany([resultDocument.key(id)], ports.clock.now()) : [];
  return record !== undefined;
}

interface Refused {
  options?: FixtureOptions;
  given?(scene: Fixture): Promise<unknown>;
  /** Another resource. */
  site?(scene: Fixture): Promise<Resource>;
  password?: string;
  isCodeWrong?: true;
  /** Between the password and the code. */
  beforeCode?(scene: Fixture, walk: LoginDriver): Promise<unknown>;
}

const TOKEN_REQUIRED: FixtureOptions = { tokens: [{}], resource: { enrolment: { kinds: ['totp'], required: true } } };
const deactivate = async ({ account, tokens: [token] }: Fixture) =>
  token && unwrap(await updateToken(ports, account, token.id, { enabled: false }));
let onPaper: readonly string[] = [];

/** By the steps, or by a rule. */
const REFUSED: Record<string, Refused> = {
  'a wrong password': { password: 'a guess at it', options: { tokens: [{}] } },
  'a wrong code': { isCodeWrong: true, options: { tokens: [{}] } },
  'a locked token': { options: { tokens: [{ state: 'locked' }] } },
  'a locked token that a mailed link may unlock': {
    options: {
      tokens: [{ state: 'locked' }],
      resource: { enrolment: { kinds: ['totp'], required: false, unlockByMail: true } },
    },
    given: ({ account, user }) => updateUser(ports, account, user.id, { email: 'alice@shop.example' }),
  },
  'a resource that is off': {
    given: ({ account, resource }) => updateResource(ports, account, resource.id, { enabled: false }),
  },
  'a blocked user': {
    options: { tokens: [{}] },
    given: ({ account, user }) => updateUser(ports, account, user.id, { blocked: true }),
  },
  'a breached password': {
    options: { tokens: [{}], resource: { breachedPasswords: 'refuse' } },
    given: async () => {
      ports.breachedPasswords = { isListed: async () => true };
    },
  },
  'a hook that denies': {
    options: { tokens: [{}] },
    given: async ({ account, resource }) => {
      ports.webhookSender.decide = () => hookAnswer({ allow: false, reason: 'Unpaid' });
      const input = { url: 'https://shop.example/hook', onFailure: 'allow' } as const;
      unwrap(await setHook(ports, operatorContext(account), resource.id, input));
    },
  },
  'a test mode that fails': {
    site: ({ account }) => addResource(ports, account, { testMode: 'fail' }),
  },
  'all tokens deactivated where one is required': {
    options: TOKEN_REQUIRED,
    given: deactivate,
  },
  'a token deactivated before its code, where one is required': {
    options: TOKEN_REQUIRED,
    beforeCode: deactivate,
  },
  'a recovery code for a token deactivated meanwhile, where one is required': {
    options: TOKEN_REQUIRED,
    given: async (scene) => {
      onPaper = (await giveRecoveryCodes(scene)).codes;
    },
    beforeCode: async (scene, walk) => {
      await walk.choose('recovery');
      await deactivate(scene);
      await walk.recovery(onPaper[0] ?? '');
    },
  },
};

/** They ask for less, or tell more: a sign-in without them asks for more. All others are the product's policy. */
const OPTIONAL = [
  'earlier factors',
  'trusted browsers',
  'unlock by mail',
  'lost device',
  'passkey upgrade',
  'notices',
  'confirmation',
  'proof of work',
];
const NAMES = RULES.map(({ name }) => name);
const orders = fc.shuffledSubarray(NAMES, { minLength: NAMES.length });
const named = (names: readonly string[]) => names.flatMap((name) => RULES.filter((rule) => rule.name === name));
const absences = fc.subarray(OPTIONAL);

describe('SR-87. The attack: a feature put at another place of the list, or left out, lets in who was refused', () => {
  test.each(Object.entries(REFUSED))(
    '%s is refused in every order of the rules',
    async (_what, { options, given, site, password, isCodeWrong, beforeCode }) => {
      await fc.assert(
        fc.asyncProperty(orders, absences, async (order, absent) => {
          ports.breachedPasswords = undefined;
          const made = await createFixture(ports, options);
          await given?.(made);
          const scene = { ...made, resource: (await site?.(made)) ?? made.resource };
          const rules = named(order.filter((name) => !absent.includes(name)));
          const walk = await signIn(scene, rules, password, isCodeWrong && (await wrongCode(scene)), beforeCode);
          expect(walk.view.step).not.toBe('done');
          expect(await hasResult(walk)).toBe(false);
        }),
        { numRuns: 12 },
      );
    },
  );

  test('every optional rule is one of the list', () => {
    expect(NAMES).toEqual(expect.arrayContaining(OPTIONAL));
    expect(new Set(NAMES).size).toBe(NAMES.length);
  });
});

test('without any rule, a sign-in is the password and the code', async () => {
  const scene = await createFixture(ports, { tokens: [{}] });
  expect((await signIn(scene, [], 'a guess at it')).view).toMatchObject({
    step: 'password',
    error: { code: 'INVALID_CREDENTIALS' },
  });
  expect((await signIn(scene, [], PASSWORD, await wrongCode(scene))).view).toMatchObject({
    step: 'otp',
    error: { code: 'OTP_WRONG' },
  });
  const walk = await signIn(scene, []);
  expect(walk.view.step).toBe('done');
  expect(await hasResult(walk)).toBe(true);
});

const broken = () => {
  throw new Error('a rule is broken');
};
const BEFORE_RESULT = [
  'beforeClaim',
  'beforeStep',
  'assessFirstFactor',
  'afterFirstFactor',
  'beforeResult',
  'inResult',
] as const;

describe('SR-87. The attack: a rule that breaks is a way in', () => {
  test.each(BEFORE_RESULT)('one that throws in %s denies', async (hook) => {
    const scene = await createFixture(ports);
    const rules = [...RULES, { name: 'broken', does: 'Breaks.', [hook]: broken }];
    const walk = await LoginDriver.begin(scene, { rules: RULES });
    await walk.identify();
    walk.rules = rules;
    await expect(walk.password()).rejects.toThrow('a rule is broken');
    expect(await walk.look()).toMatchObject({ step: 'password' });
    expect(await hasResult(walk)).toBe(false);
    // The step is free again.
    walk.rules = RULES;
    expect(await walk.password()).toMatchObject({ step: 'done' });
  });

  test('one that throws in afterSecondFactor denies', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const walk = await LoginDriver.toOtp(scene);
    walk.rules = [...RULES, { name: 'broken', does: 'Breaks.', afterSecondFactor: broken }];
    await expect(walk.otp(await codeOf(scene))).rejects.toThrow('a rule is broken');
    expect(await walk.look()).toMatchObject({ step: 'otp' });
    expect(await hasResult(walk)).toBe(false);
  });

  test('one that throws in onLock denies', async () => {
    const scene = await createFixture(ports, { tokens: [{ state: 'locked' }] });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    walk.rules = [...RULES, { name: 'broken', does: 'Breaks.', onLock: broken }];
    await expect(walk.password()).rejects.toThrow('a rule is broken');
    expect(await hasResult(walk)).toBe(false);
  });

  test('one that throws after a refusal leaves the step unanswered', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene, { rules: [{ name: 'broken', does: 'Breaks.', onRefusal: broken }] });
    await walk.identify();
    await expect(walk.password('a guess at it')).rejects.toThrow('a rule is broken');
    expect(await walk.look()).toMatchObject({ step: 'password' });
  });

  test('one that hangs denies in time', async () => {
    vi.useFakeTimers();
    try {
      const hanging: Rule = { name: 'hanging', does: 'Hangs.', beforeResult: () => new Promise(() => undefined) };
      const context = {} as Parameters<typeof askBeforeResult>[2];
      const asked = expect(askBeforeResult([hanging], forRequest(ports), context)).rejects.toMatchObject({
        code: 'DEPENDENCY_FAILED',
      });
      await vi.advanceTimersByTimeAsync(10_000);
      await asked;
    } finally {
      vi.useRealTimers();
    }
  });

  test('one that refuses in the commit ends the sign-in', async () => {
    const strict: Rule = { name: 'strict', does: 'Refuses.', inResult: () => refusal('LEVEL_UNREACHABLE') };
    const walk = await signIn(await createFixture(ports), [...RULES, strict]);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'LEVEL_UNREACHABLE' } });
    expect(await hasResult(walk)).toBe(false);
  });
});

test('what fails after the result is reported, and changes nothing', async () => {
  const failing: Rule = { name: 'failing', does: 'Fails.', afterResult: broken };
  const walk = await signIn(await createFixture(ports), [failing, ...RULES]);
  expect(walk.view.step).toBe('done');
  expect(ports.faults).toEqual([{ part: 'the rule of failing', error: new Error('a rule is broken') }]);
});

test('what hangs after the result is reported, and holds up the answer for ten seconds at most', async () => {
  vi.useFakeTimers();
  try {
    const trust = { secret: 'shown once', expiresAt: 0 };
    const hanging: Rule = { name: 'hanging', does: 'Hangs.', afterResult: () => new Promise(() => undefined) };
    const next: Rule = { name: 'next', does: 'Tells.', afterResult: async () => ({ trust }) };
    const told = runAfterResult([hanging, next], ports, {} as Parameters<typeof runAfterResult>[2]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await told).toEqual({ trust });
    expect(ports.faults).toMatchObject([{ part: 'the rule of hanging' }]);
  } finally {
    vi.useRealTimers();
  }
});

test('a browser that differs is refused in every order of the rules', async () => {
  await fc.assert(
    fc.asyncProperty(orders.map(named), async (rules) => {
      const environment = { action: 'refuse', threshold: 60, weights: DEFAULT_WEIGHTS } as const;
      const scene = await createFixture(ports, { resource: { environment } });
      const begin = (language: string, zone: string) =>
        LoginDriver.begin(scene, { rules, browser: { language, zone, colourDepth: 24 } });
      const known = await begin('de', 'Europe/Berlin');
      await known.identify();
      expect(await known.password()).toMatchObject({ step: 'done' });
      const other = await begin('xx', 'Etc/UTC');
      await other.identify();
      expect(await other.password()).toMatchObject({ step: 'denied' });
    }),
    { numRuns: 8 },
  );
});

const ASKED: [hook: Exclude<keyof Rule, 'name' | 'does'>, when: string][] = [
  ['beforeClaim', 'before the step'],
  ['beforeStep', 'at the step'],
  ['assessFirstFactor', 'after the first factor'],
  ['afterFirstFactor', 'after the first factor'],
  ['onLock', 'after a lock'],
  ['afterSecondFactor', 'after the second factor'],
  ['beforeResult', 'before the result'],
  ['inResult', 'in the commit'],
  ['onRefusal', 'after a refusal'],
  ['afterResult', 'after the result'],
];

// Written by `npm run docs:rules`.
test('the page of the rules lists them in their order', async () => {
  const rows = RULES.map((rule, at) => {
    const asked = ASKED.flatMap(([hook, when]) => (rule[hook] ? [when] : []));
    const when = [...new Set(asked)].join(', ');
    return `${at + 1}. **${rule.name}** (${when}). ${rule.does}`;
  });
  await expect(`${HEAD}${rows.join('\n')}\n`).toMatchFileSnapshot('../../docs/sign-in-rules.md');
});

const HEAD = `# How a sign-in runs

1. The page mounts the widget. Its frame begins a flow, which is stored with the first answer.
2. Each answer of the frame is one step: the name, the password, a code, a passkey.
3. The step is claimed, so that several answers at once are one attempt.
4. Plan, resource and filters are read, and the step is evaluated.
5. After the first factor, the user's tokens decide what is still missing.
6. After the last factor, plan, resource and filters are read again.
7. The decision is one commit: the next step, a refusal, or the end with the record of the result.
8. The frame gets the signed result, and the page gives it to the site.

Features take part as rules, in this order. The first that refuses has refused. A rule that fails or takes longer than ten
seconds denies the sign-in before the result; after it, the fault is logged and counted.

`;
