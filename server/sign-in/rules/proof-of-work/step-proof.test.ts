import type { FlowView } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import { notePressure } from '../../../proof-of-work/pressure.ts';
import type { ProofPurpose } from '../../../proof-of-work/puzzle.ts';
import { createFixture, type Fixture, PASSWORD } from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { solvePuzzle } from '../../../testing/solve-puzzle.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import type { Flow, FlowAt } from '../../flow.ts';
import { STEPS } from '../../steps.ts';
import { submitStep } from '../../submit-step.ts';
import { demandStepProof, isGuess, spendShownWork } from './step-proof.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = Object.assign(await openTestPorts('step-proof'), { proofOfWork: 'auto' as const });
});
afterAll(() => ports.close());

const CLIENT = { address: '198.51.100.7' };
const NEEDED = { refused: 'PUZZLE_NEEDED' };

function attack({ resource }: Fixture): void {
  notePressure(ports, `resource/${resource.id}`, 1, ports.clock.now());
}
const endAttack = () => ports.clock.advance(2 * MINUTE_MS);

function solutionOf(asked: object | string): string {
  if (typeof asked === 'string' || !isRefusal(asked) || !asked.puzzle) throw new Error('no puzzle');
  return solvePuzzle(asked.puzzle).text;
}

function submit(walk: LoginDriver, password: string, solution?: string): Promise<Result<FlowView>> {
  const request = { handle: walk.handle, seq: walk.view.seq, client: CLIENT, solution };
  return submitStep(ports, STEPS.password, request, { password });
}

/** A sign-in whose name is sent, with work if it is asked for. */
async function nameSent(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  const send = (solution?: string) =>
    submitStep(ports, STEPS.identify, { handle: walk.handle, seq: 0, client: CLIENT, solution }, { login: 'alice' });
  const first = await send();
  const view = isRefusal(first) ? await send(solutionOf(first)) : first;
  if (isRefusal(view)) throw new Error(view.refused);
  Object.assign(walk.view, view);
  return walk;
}

interface Turn {
  /** What happens before the guess. */
  before: 'attack' | 'calm' | 'nothing';
  isRight: boolean;
  /** Whether the client works if it is asked to, as the widget does. */
  isHonest: boolean;
}

const turns = fc.array(
  fc.record<Turn>({
    before: fc.constantFrom('attack', 'attack', 'calm', 'nothing'),
    isRight: fc.boolean(),
    isHonest: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

// SR-75. The attack: guesses without work, in a sign-in that began in calm, or behind work that an earlier guess has used up.
test('SR-75: no guess without work is evaluated in an attack, and no user is asked twice for one guess', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), turns, async (beginsInAttack, played) => {
      const scene = await createFixture(ports, { tokens: [{}] });
      endAttack();
      let isAttacked = beginsInAttack;
      if (beginsInAttack) attack(scene);
      const walk = await nameSent(scene);
      /** Work that no wrong guess has used up yet. */
      let isPaid = beginsInAttack;
      for (const { before, isRight, isHonest } of played) {
        if (before === 'attack') attack(scene);
        if (before === 'calm') endAttack();
        if (before !== 'nothing') isAttacked = before === 'attack';
        const { verified } = ports.hasher;
        const commits = ports.store.commits.length;
        const password = isRight ? PASSWORD : 'guess';
        let view = await submit(walk, password);
        if (isAttacked && !isPaid) {
          expect(view).toMatchObject(NEEDED);
          expect(ports.hasher.verified).toBe(verified);
          expect(ports.store.commits.length).toBe(commits);
          if (!isHonest) continue;
          view = await submit(walk, password, solutionOf(view));
          isPaid = true;
        }
        if (isRefusal(view)) throw new Error(`asked again: ${view.refused}`);
        expect(ports.hasher.verified).toBe(verified + 1);
        Object.assign(walk.view, view);
        if (view.step !== 'password') return;
        isPaid = false;
      }
    }),
    { numRuns: 25 },
  );
});

const guess = { proof: 'guess' } as const;
const flowOf = (scene: Fixture, more: Partial<Flow> = {}) =>
  ({ resource: scene.resource.id, account: scene.account, step: 'password', ...more }) as Flow;
const demand = (purpose: ProofPurpose | undefined, flow: Flow | undefined, solution?: string) => {
  const read = { count: 0 };
  const request = { handle: 'handle', seq: 0, client: CLIENT, solution };
  const asked = demandStepProof(ports, omitUndefined({ proof: purpose }), request, async () => {
    read.count++;
    return flow;
  });
  return asked.then((proof) => ({ proof, reads: read.count }));
};

describe('work', () => {
  let scene: Fixture;
  beforeAll(async () => {
    scene = await createFixture(ports);
  });

  test('is asked for in an attack alone, and only then the flow is read', async () => {
    endAttack();
    expect(await demand('guess', flowOf(scene))).toEqual({ proof: 'none', reads: 0 });
    attack(scene);
    const { proof, reads } = await demand('guess', flowOf(scene));
    expect(proof).toMatchObject(NEEDED);
    expect(reads).toBe(1);
    expect(await demand('guess', flowOf(scene), solutionOf(proof))).toEqual({ proof: 'shown', reads: 1 });
  });

  test('is asked for at no step without a purpose, and for no flow that is gone', async () => {
    attack(scene);
    expect(await demand(undefined, flowOf(scene))).toEqual({ proof: 'none', reads: 0 });
    expect(await demand('guess', undefined)).toEqual({ proof: 'none', reads: 1 });
  });

  test('that was shown before pays for a guess, and for nothing else', async () => {
    attack(scene);
    const worked = flowOf(scene, { hasShownWork: true });
    expect(await demand('guess', worked)).toMatchObject({ proof: 'none' });
    for (const purpose of ['name', 'code', 'reset'] as const) {
      expect((await demand(purpose, worked)).proof).toMatchObject(NEEDED);
    }
  });

  test('is used up by a guess that was evaluated, and by nothing else', () => {
    const flow = flowOf(scene, { hasShownWork: true }) as FlowAt<'password'>;
    const { hasShownWork: _spent, ...spent } = flow;
    expect(spendShownWork(flow, guess, refusal('INVALID_CREDENTIALS'))).toEqual(spent);
    expect(spendShownWork(flow, guess, refusal('OTP_WRONG'))).toEqual(spent);
    expect(spendShownWork(flow, guess, refusal('TOO_MANY_ATTEMPTS'))).toBe(flow);
    expect(spendShownWork(flow, guess, refusal('STEP_NOT_EXPECTED'))).toBe(flow);
    expect(spendShownWork(flow, { proof: 'code' }, refusal('OTP_WRONG'))).toBe(flow);
    expect(spendShownWork(flow, {}, refusal('OTP_WRONG'))).toBe(flow);
  });
});

test('wrong passwords, wrong codes and too many of them are guesses', () => {
  for (const code of ['INVALID_CREDENTIALS', 'OTP_WRONG', 'TOO_MANY_ATTEMPTS'] as const) {
    expect(isGuess(refusal(code))).toBe(true);
  }
  for (const code of ['STEP_NOT_EXPECTED', 'ACCESS_DENIED', 'TOKEN_LOCKED'] as const) {
    expect(isGuess(refusal(code))).toBe(false);
  }
});
