import type { RefusalCode } from '@countersign/protocol/codes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal, refusal } from '../kernel/result.ts';
import { createFixture } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import type { AnswerableStep, StoredStep } from './flow.ts';
import type { Step } from './step.ts';
import { STEPS } from './steps.ts';
import { submitStep } from './submit-step.ts';

const ROWS = Object.values(STEPS) as readonly Pick<Step<AnswerableStep, never>, 'at' | 'leadsTo'>[];

describe('the table of steps', () => {
  test('every step that a row leads to has its own row, ends the sign-in or opens the self-service page', () => {
    const answerable = new Set<StoredStep>(ROWS.flatMap(({ at }) => at));
    const unanswered = ROWS.flatMap(({ leadsTo }) => leadsTo).filter((step) => !answerable.has(step));
    expect([...new Set(unanswered)].sort()).toEqual(['done', 'self']);
  });

  test('every step can be reached from the first one', () => {
    const reached = new Set<StoredStep>(['identify']);
    for (let size = 0; size < reached.size; ) {
      size = reached.size;
      for (const { at, leadsTo } of ROWS)
        if (at.some((step) => reached.has(step))) for (const next of leadsTo) reached.add(next);
    }
    // A transaction starts at `sign`: no sign-in leads to it.
    const expected: StoredStep[] = [
      'codes',
      'done',
      'enrol',
      'identify',
      'mail',
      'otp',
      'passkey',
      'password',
      'recovery',
      'self',
    ];
    expect([...reached].filter((step) => step !== 'sign').sort()).toEqual(expected);
  });
});

describe('a step and what its row says', () => {
  let ports: TestPorts;
  beforeAll(async () => {
    ports = await openTestPorts('steps');
  });
  afterAll(() => ports.close());

  test('one that leads where its row does not allow fails, changes nothing and leaves the step free', async () => {
    const walk = await LoginDriver.begin(await createFixture(ports));
    const rogue: Step<'identify', object> = {
      at: ['identify'],
      leadsTo: ['password'],
      handle: async () => ({ move: (flow) => ({ ...flow, step: 'done' }) }),
    };
    const request = { handle: walk.handle, seq: 0, client: {} };
    await expect(submitStep(ports, rogue, request, {})).rejects.toThrow('does not lead from identify to done');
    expect(await walk.look()).toMatchObject({ step: 'identify', seq: 0 });
    expect(await walk.identify()).toMatchObject({ step: 'password' });
  });

  /** Submits a step whose evaluation ends in this refusal, as the row with that path says. */
  const refuse = async (path: keyof typeof STEPS, code: RefusalCode) => {
    const walk = await LoginDriver.begin(await createFixture(ports));
    const row = { ...STEPS[path], at: ['identify'], handle: async () => ({ refusal: refusal(code) }) } as const;
    return submitStep(ports, row, { handle: walk.handle, seq: 0, client: {} }, {});
  };
  const paths = Object.keys(STEPS) as (keyof typeof STEPS)[];

  test('after a refusal that does not end the sign-in, the user may try again', async () => {
    expect(await refuse('otp', 'OTP_WRONG')).toMatchObject({ step: 'identify', error: { code: 'OTP_WRONG' } });
  });

  test.each([
    'ACCESS_DENIED',
    'CONFIRMATION_REQUIRED',
    'ENROLMENT_LINK_INVALID',
    'ENVIRONMENT_MISMATCH',
    'FILTER_DENIED',
    'LEVEL_UNREACHABLE',
    'PASSWORD_CHANGE_REQUIRED',
    'PLAN_INACTIVE',
    'RESOURCE_DISABLED',
    'RESOURCE_NOT_FOUND',
    'TOKEN_LOCKED',
    'TOKEN_LOCKED_BY_ADMINISTRATOR',
    'TOKEN_OUT_OF_STEP',
    'TRANSACTION_CANCELLED',
  ] as const)('SR-4. The attack: going on where access has ended. At every step, %s ends the sign-in', async (code) => {
    const views = await Promise.all(paths.map((path) => refuse(path, code)));
    const goesOn = paths.filter((_path, i) => !isDenied(views[i], code));
    expect(goesOn).toEqual([]);
  });
});

function isDenied(view: Awaited<ReturnType<typeof submitStep>> | undefined, code: RefusalCode): boolean {
  return view !== undefined && !isRefusal(view) && view.step === 'denied' && view.error?.code === code;
}
