import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../kernel/result.ts';
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

  const refuse = async (code: RefusalCode, endings?: RefusalCode[]) => {
    const walk = await LoginDriver.begin(await createFixture(ports));
    const refusing: Step<'identify', object> = {
      at: ['identify'],
      leadsTo: [],
      ...omitUndefined({ endings }),
      handle: async () => ({ refusal: refusal(code) }),
    };
    return submitStep(ports, refusing, { handle: walk.handle, seq: 0, client: {} }, {});
  };

  test('a refusal that it names ends the sign-in; after any other the user may try again', async () => {
    expect(await refuse('OTP_WRONG', ['OTP_WRONG'])).toMatchObject({ step: 'denied', error: { code: 'OTP_WRONG' } });
    expect(await refuse('OTP_WRONG')).toMatchObject({ step: 'identify', error: { code: 'OTP_WRONG' } });
  });

  test.each(['ACCESS_DENIED', 'FILTER_DENIED', 'PLAN_INACTIVE', 'RESOURCE_DISABLED', 'RESOURCE_NOT_FOUND'] as const)(
    'SR-4. The attack: going on where access has ended. At every step, %s ends the sign-in',
    async (code) => {
      expect(await refuse(code)).toMatchObject({ step: 'denied', error: { code } });
    },
  );
});
