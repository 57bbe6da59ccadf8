import type { FlowView, StartFlowRequest } from '@countersign/protocol/flow';
import type { PasskeyAssertion, PasskeyRequest } from '@countersign/protocol/passkey';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FlowAnswer } from './flow-client.ts';
import { type Effect, type EventName, reduce, type State } from './reduce-sign-in.ts';
import { firstView } from './sign-in.ts';

/** The effects that bring an event, which the runner waits for. */
const BRING = new Set(['recall', 'resume', 'begin', 'look', 'use', 'send', 'read', 'check']);
const PASSKEY = { challenge: 'asked', rpId: 'auth.example', allowCredentials: [] } as unknown as PasskeyRequest;

const refusal = fc.constantFrom(
  'FLOW_NOT_FOUND',
  'STEP_STALE',
  'STEP_NOT_EXPECTED',
  'STEP_IN_PROGRESS',
  'TOKEN_LOCKED',
  'RATE_LIMITED',
);
const view = fc.record({
  step: fc.constantFrom('identify', 'password', 'otp', 'passkey', 'sign', 'enrol', 'done', 'denied'),
  seq: fc.nat(3),
  expiresAt: fc.constantFrom(0, 900_000),
  now: fc.constantFrom(0, 900_000),
  error: fc.option(fc.record({ code: fc.constantFrom('OTP_WRONG', 'TOKEN_LOCKED') }), { nil: undefined }),
  factors: fc.constant([
    { id: 'mail', kind: 'email' },
    { id: 'phone', kind: 'sms' },
  ]),
  factor: fc.constantFrom('mail', 'phone', undefined),
  passkey: fc.constantFrom(PASSKEY, undefined),
});
const answer = fc.oneof(
  { weight: 4, arbitrary: fc.record({ view, requestId: fc.constant('req') }) },
  { weight: 2, arbitrary: fc.record({ code: refusal, requestId: fc.constant('req') }) },
  { weight: 1, arbitrary: fc.constant({}) },
) as unknown as fc.Arbitrary<FlowAnswer>;
const move = fc.record({
  /** `bring`: one of the effects so far brings its event, late or not. */
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant('bring') },
    { weight: 2, arbitrary: fc.constant('submit') },
    { weight: 1, arbitrary: fc.constantFrom('start', 'nonce', 'fail', 'time', 'passkey') },
  ),
  which: fc.nat(),
  answer,
  isGood: fc.boolean(),
});
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;

interface Pending {
  run: number;
  effect: Effect;
  handle: string | undefined;
}

/** A sign-in whose effects bring what the test says, when it says so. */
class World {
  state: State;
  pending: Pending[] = [];
  posted: { type: string }[] = [];
  nonces = 0;

  constructor(first?: FlowView) {
    const screen = first && ({ kind: 'step', step: 'identify', view: first, busy: false } as const);
    this.state = { run: 0, screen: screen ?? { kind: 'loading' }, effects: [] };
  }

  happen<Name extends EventName>(name: Name, outcome?: unknown, context?: unknown, run = this.state.run) {
    const before = Object.freeze(this.state);
    Object.freeze(before.screen);
    this.state = reduce(before, run, name, outcome as never, context as never, (ms) => ({ leftMs: () => ms }));
    const { effects } = this.state;
    for (const effect of effects) if (effect[0] === 'post') this.posted.push(effect[1]);
    // The runner carries out nothing behind an effect that it waits for.
    expect(effects.slice(0, -1).filter(([kind]) => BRING.has(kind))).toEqual([]);
    const last = effects.at(-1);
    if (last && BRING.has(last[0])) this.pending.push({ run: this.state.run, effect: last, handle: this.state.handle });
  }

  bring({ run, effect: [name, value], handle }: Pending, given: Move) {
    const started = `flow of ${this.state.request?.nonce}`;
    const flow = name === 'begin' ? `flow of ${(value as StartFlowRequest).nonce}` : name === 'resume' ? value : handle;
    const { answer, isGood } = given;
    const result = answer.view?.step === 'done' ? { result: `result of ${flow}` } : {};
    const outcome: Record<string, unknown> = {
      recall: isGood ? started : undefined,
      look: isGood,
      use: isGood ? { assertion: {} as PasskeyAssertion } : { failure: 'passkeyCancelled' },
    };
    const response = answer.view ? { ...answer, view: { ...answer.view, handle: flow, ...result } } : answer;
    this.happen(name as EventName, name in outcome ? outcome[name] : response, value, run);
  }

  /** What the state waits for, if it was not overtaken. */
  live(): Pending | undefined {
    return this.pending.find(({ run }) => run === this.state.run);
  }

  make(given: Move) {
    if (given.what === 'bring') {
      // Mostly what is waited for, which is the newest.
      const [one] = this.pending.splice(given.which % 4 ? -1 : given.which % Math.max(1, this.pending.length), 1);
      if (one) this.bring(one, given);
    } else if (given.what === 'submit') this.happen('act', ['answer', 'otp', '123456']);
    else if (given.what === 'passkey') this.happen('act', ['use', () => Promise.reject(new Error('not asked'))]);
    else if (given.what === 'nonce') this.happen('nonce', this.nextRequest());
    else this.happen(given.what as 'start' | 'fail' | 'time');
  }

  nextRequest(): StartFlowRequest {
    this.nonces++;
    return { resource: 'res_1', nonce: `nonce-of-the-session-${this.nonces}`, origin: 'https://shop.example' };
  }

  isBusy() {
    return this.state.screen.kind === 'step' && this.state.screen.busy;
  }
}

const moves = fc.array(move, { maxLength: 40 });
const first = fc.constantFrom(undefined, firstView(false), firstView(true));

function worldAfter(start: FlowView | undefined, made: Move[]) {
  const world = new World(start);
  world.happen('start');
  for (const one of made) world.make(one);
  return world;
}

describe('whatever happens, in whatever order', () => {
  test('no step stays busy: what it waits for brings it on, whatever that is', () => {
    fc.assert(
      fc.property(first, moves, move, (start, made, always) => {
        const world = worldAfter(start, made);
        for (let rounds = 0; world.isBusy(); rounds++) {
          expect(rounds).toBeLessThan(20);
          const live = world.live();
          // Before the page has provided its nonce, the clock ends the wait.
          if (live) world.bring(live, always);
          else if (world.state.handle === undefined) world.happen('time');
          else throw new Error('Busy, and nothing will change that.');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('what comes late changes nothing', () => {
    fc.assert(
      fc.property(first, moves, answer, (start, made, late) => {
        const world = worldAfter(start, made);
        const { state } = world;
        for (const one of world.pending.filter(({ run }) => run !== state.run)) {
          world.bring(one, { what: 'bring', which: 0, answer: late, isGood: true });
          expect(world.state).toEqual({ ...state, effects: [] });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('the page gets no result but that of the flow with its newest nonce, and a secret in no other message', () => {
    let results = 0;
    fc.assert(
      fc.property(first, moves, (start, made) => {
        const world = new World(start);
        world.happen('start');
        world.happen('nonce', world.nextRequest());
        for (const one of made) {
          world.posted = [];
          world.make(one);
          for (const message of world.posted) {
            if (message.type !== 'success') expect(JSON.stringify(message)).not.toMatch(/result of|flow of|123456/);
            else {
              results++;
              expect(message).toMatchObject({ result: `result of flow of nonce-of-the-session-${world.nonces}` });
            }
          }
        }
      }),
      { numRuns: 2_000 },
    );
    expect(results).toBeGreaterThan(100);
  });

  test('a second action is ignored while the first is carried out', () => {
    fc.assert(
      fc.property(first, moves, (start, made) => {
        const world = worldAfter(start, made);
        fc.pre(world.isBusy());
        const { state } = world;
        world.happen('act', ['answer', 'otp', '654321']);
        expect(world.state).toEqual({ ...state, effects: [] });
      }),
    );
  });
});

describe('waits', () => {
  const deadlineIn = (ms: number) => ({ leftMs: () => ms });
  const view: FlowView = { step: 'otp', seq: 1, expiresAt: 900_000, now: 0 };
  const busy: State = {
    run: 7,
    handle: 'flow',
    action: ['answer', 'otp', '123456'],
    screen: { kind: 'step', step: 'otp', view, busy: true },
    effects: [],
  };
  const inProgress: FlowAnswer = { code: 'STEP_IN_PROGRESS', requestId: '' };

  test('a step in progress is read four times, ever more rarely', () => {
    const delays: unknown[] = [];
    let state = reduce(busy, 7, 'send', inProgress, undefined, deadlineIn);
    for (;;) {
      const [name, polls, delay] = state.effects.at(-1) ?? [];
      if (name !== 'read') break;
      delays.push(delay);
      state = reduce(state, state.run, 'read', { view, requestId: '' }, polls as number, deadlineIn);
    }
    expect(delays).toEqual([400, 800, 1_600, 3_200]);
    expect(state.screen).toMatchObject({ busy: false, notice: { text: 'stillChecking' } });
  });

  test('the page has ten seconds to provide its nonce, and no more once it has', () => {
    const asked = reduce(
      { run: 0, screen: { kind: 'loading' }, effects: [] },
      0,
      'start',
      undefined as never,
      undefined,
      deadlineIn,
    );
    expect(asked.effects).toContainEqual(['wait', 10_000]);
    expect(reduce(asked, asked.run, 'time', undefined as never, undefined, deadlineIn).screen.kind).toBe('failed');
    const request = { resource: 'res_1', nonce: 'nonce-of-the-session-1', origin: 'https://shop.example' };
    const given = reduce(asked, asked.run, 'nonce', request, undefined, deadlineIn);
    expect(reduce(given, given.run, 'time', undefined as never, undefined, deadlineIn).effects).toEqual([]);
  });

  test('a refusal to wait keeps the step until its deadline', () => {
    const refused: FlowAnswer = { code: 'RATE_LIMITED', retryAfterMs: 5_000, requestId: '' };
    const { screen } = reduce(busy, 7, 'send', refused, undefined, deadlineIn);
    expect(screen.kind === 'step' && !screen.busy && screen.notice?.wait?.leftMs()).toBe(5_000);
  });
});
