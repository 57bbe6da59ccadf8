import { describe, expect, test, vi } from 'vitest';
import { refusal } from '../kernel/result.ts';
import type { Completion, Rule } from './rule.ts';
import {
  applyInResult,
  askAfterSecondFactor,
  askBeforeClaim,
  askBeforeResult,
  askBeforeStep,
  askOnLock,
  askOnRefusal,
  assessByRules,
  decideByRules,
  isOfUser,
  runAfterResult,
} from './run-rules.ts';
import type { StepPorts } from './step-outcome.ts';

type Hook = Exclude<keyof Rule, 'name' | 'does'>;

const ports = { issuer: 'https://auth.example' } as StepPorts;
const context = { flow: 'the flow' } as never;

/** A rule with one hook, and a record of what it was asked with. */
function ruleWith(hook: Hook, answer: unknown, asked: unknown[] = []): Rule {
  const name = `rule ${hook}`;
  const answering = (...args: unknown[]) => {
    asked.push(args);
    return answer;
  };
  return { name, does: 'Answers.', [hook]: answering };
}
const without: Rule = { name: 'without', does: 'Nothing.' };

/** Rules of which the first two say nothing, the third decides, and the fourth must not be asked. */
function inOrder(hook: Hook, decision: unknown) {
  const asked: unknown[] = [];
  const rules = [without, undefined, decision, decision].map((answer, at) =>
    at === 0 ? without : ruleWith(hook, at === 3 ? new Error('asked') : answer, asked),
  );
  return { rules, asked };
}

describe('the first rule that decides has decided', () => {
  const denied = refusal('ACCESS_DENIED');

  test.each([
    ['beforeClaim', askBeforeClaim, denied, denied],
    ['beforeStep', askBeforeStep, { end: denied }, { end: denied }],
    ['afterFirstFactor', decideByRules, denied, { decided: denied, marks: {} }],
    ['onLock', askOnLock, { besides: [] }, { besides: [] }],
    ['afterSecondFactor', askAfterSecondFactor, { refusal: denied }, { refusal: denied }],
    ['beforeResult', askBeforeResult, { end: denied }, { end: denied }],
  ] as const)('in %s', async (hook, ask, decision, expected) => {
    for (const answer of [decision, Promise.resolve(decision)]) {
      const { rules, asked } = inOrder(hook, answer);
      expect(await ask(rules, ports, context)).toEqual(expected);
      expect(asked).toHaveLength(2);
      expect(asked).toEqual([expect.arrayContaining([ports]), expect.arrayContaining([ports])]);
    }
  });

  test.each([
    ['beforeClaim', askBeforeClaim, {}],
    ['beforeStep', askBeforeStep, undefined],
    ['assessFirstFactor', assessByRules, { marks: {} }],
    ['afterFirstFactor', decideByRules, { decided: undefined, marks: {} }],
    ['onLock', askOnLock, undefined],
    ['afterSecondFactor', askAfterSecondFactor, undefined],
    ['beforeResult', askBeforeResult, { flow: 'the flow', marks: {} }],
    ['afterResult', runAfterResult, {}],
  ] as const)('and if none does in %s, nothing is decided', async (hook, ask, expected) => {
    for (const rules of [[], [without], [ruleWith(hook, undefined), without]]) {
      expect(await ask(rules, ports as never, context)).toEqual(expected);
    }
  });
});

describe('what rules add is kept, the later over the earlier', () => {
  const [trust, other] = [{ days: 1 }, { days: 2 }] as never[];

  test('before the claim', async () => {
    const rules = [{ hasShownWork: true, trust }, without, { trust: other }].map((one) =>
      ruleWith('beforeClaim', one === without ? undefined : one),
    );
    expect(await askBeforeClaim(rules, ports, context)).toEqual({ hasShownWork: true, trust: other });
  });

  test('about a first factor', async () => {
    const rules = [
      ruleWith('assessFirstFactor', { percent: 40, breached: true, marks: { hasShownWork: true, trust } }),
      without,
      ruleWith('assessFirstFactor', Promise.resolve({ percent: 50, marks: { trust: other } })),
      ruleWith('assessFirstFactor', { differs: 'refuse' }),
    ];
    expect(await assessByRules(rules, ports, context)).toEqual({
      percent: 50,
      breached: true,
      differs: 'refuse',
      marks: { hasShownWork: true, trust: other },
    });
  });

  test('after a first factor, up to the rule that decides', async () => {
    const decided = { finish: 'with this' };
    const rules = [
      ruleWith('afterFirstFactor', { marks: { hasShownWork: true, trust } }),
      ruleWith('afterFirstFactor', { marks: { trust: other } }),
      ruleWith('afterFirstFactor', decided),
      ruleWith('afterFirstFactor', { marks: { breached: true } }),
    ];
    const marks = { hasShownWork: true, trust: other };
    expect(await decideByRules(rules, ports, context)).toEqual({ decided, marks });
    const undecided = rules.toSpliced(2, 1);
    expect(await decideByRules(undecided, ports, context)).toEqual({
      decided: undefined,
      marks: { ...marks, breached: true },
    });
  });

  test('before the result, and the next rule is asked with it', async () => {
    const asked: unknown[][] = [];
    const rules = [
      ruleWith('beforeResult', { passed: { breached: true }, marks: { hasShownWork: true, trust } }, asked),
      ruleWith('beforeResult', undefined, asked),
      ruleWith('beforeResult', { resource: 'as it is now', marks: { trust: other } }, asked),
      ruleWith('beforeResult', { passed: { percent: 90 } }, asked),
    ];
    const begun = { flow: 'the flow', resource: 'as read', passed: { user: 'alice', otp: 'verified' } };
    const first = { ...begun.passed, breached: true };
    const contexts = [
      { ...begun, marks: {} },
      { ...begun, passed: first, marks: { hasShownWork: true, trust } },
      { ...begun, passed: first, marks: { hasShownWork: true, trust } },
      { ...begun, resource: 'as it is now', passed: first, marks: { hasShownWork: true, trust: other } },
    ];
    expect(await askBeforeResult(rules, ports, begun as never)).toEqual({
      ...contexts[3],
      passed: { ...first, percent: 90 },
    });
    expect(asked.map(([, context]) => context)).toEqual(contexts);
  });

  test('after the result, and a rule that fails is reported', async () => {
    const reportFault = vi.fn();
    const [now, later] = [new Error('at once'), new Error('later')];
    const throws = {
      name: 'throwing',
      does: 'Throws.',
      afterResult: () => {
        throw now;
      },
    };
    const rules = [
      ruleWith('afterResult', { trust }),
      throws,
      ruleWith('afterResult', Promise.reject(later)),
      ruleWith('afterResult', { more: 1 }),
    ];
    expect(await runAfterResult(rules, { reportFault } as never, context)).toEqual({ trust, more: 1 });
    expect(reportFault.mock.calls).toEqual([
      ['the rule of throwing', now],
      ['the rule of rule afterResult', later],
    ]);
  });
});

describe('in the commit', () => {
  const end = { isIssued: true, isRecorded: true } as Completion;

  test('each rule gets the end as the one before has made it', () => {
    const asked: unknown[][] = [];
    const unissued = { ...end, isIssued: false };
    const rules = [
      ruleWith('inResult', undefined, asked),
      without,
      ruleWith('inResult', unissued, asked),
      ruleWith('inResult', undefined, asked),
    ];
    expect(applyInResult(rules, end, context)).toBe(unissued);
    expect(asked).toEqual([
      [end, context],
      [end, context],
      [unissued, context],
    ]);
    expect(applyInResult([], end, context)).toBe(end);
  });

  test('a refusal ends it, and no other rule is asked', () => {
    const refused = refusal('LEVEL_UNREACHABLE');
    const asked: unknown[] = [];
    const rules = [ruleWith('inResult', refused), ruleWith('inResult', end, asked)];
    expect(applyInResult(rules, end, context)).toBe(refused);
    expect(asked).toEqual([]);
  });
});

test('the changes of a refused flow are made in the order of the rules', async () => {
  const adds = (text: string) => (flow: string) => `${flow}, ${text}`;
  const rules = [
    ruleWith('onRefusal', adds('first')),
    without,
    ruleWith('onRefusal', undefined),
    ruleWith('onRefusal', Promise.resolve(adds('second'))),
  ];
  const change = (await askOnRefusal(rules, ports, context)) as unknown as (flow: string) => string;
  expect(change('flow')).toBe('flow, first, second');
  const none = await askOnRefusal([without], ports, context);
  expect(none('flow' as never)).toBe('flow');
});

// SR-87. The attack: a rule that is slowed down lets a sign-in wait for ever, or pass.
describe('SR-87: a rule that takes longer than ten seconds', () => {
  const asked = [
    ['beforeClaim', askBeforeClaim],
    ['beforeStep', askBeforeStep],
    ['assessFirstFactor', assessByRules],
    ['afterFirstFactor', decideByRules],
    ['onLock', askOnLock],
    ['afterSecondFactor', askAfterSecondFactor],
    ['beforeResult', askBeforeResult],
    ['onRefusal', askOnRefusal],
  ] as const;

  test.each(asked)('has failed in %s, and is named', async (hook, ask) => {
    vi.useFakeTimers();
    try {
      let failure: unknown;
      const hanging = ruleWith(hook, new Promise(() => undefined));
      ask([hanging], ports, context).catch((error: unknown) => {
        failure = error;
      });
      await vi.advanceTimersByTimeAsync(9_999);
      expect(failure).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      expect(failure).toMatchObject({
        code: 'DEPENDENCY_FAILED',
        message: `the rule of rule ${hook} failed`,
        cause: 'time',
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test('costs no timer if it answers at once', async () => {
    vi.useFakeTimers();
    try {
      void askBeforeStep([ruleWith('beforeStep', undefined)], ports, context);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('on a test resource no user signs in', () => {
  expect(isOfUser({ user: { id: 'test' } } as never)).toBe(false);
  expect(isOfUser({ user: { id: 'usr_1' } } as never)).toBe(true);
});
