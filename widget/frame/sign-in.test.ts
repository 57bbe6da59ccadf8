import type { FlowView } from '@countersign/protocol/flow';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { lost, NONCE, seen, setUp, startSignIn } from '../testing/scripted-sign-in.ts';
import type { FlowAnswer } from './flow-client.ts';
import { firstView } from './sign-in.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('start', () => {
  test('asks the page for a nonce, then the service for a flow, and stores the handle with the first answer', async () => {
    const { signIn, types, screen, stored, expectAnswers } = setUp();
    signIn.start();
    expect(types()).toEqual(['want']);
    expectAnswers(seen());
    await signIn.begin(NONCE, '');
    expect(types()).toEqual(['want', 'change', 'ready']);
    expect(screen()).toMatchObject({ kind: 'step', step: 'identify', busy: false });
    // A reload has nothing to resume yet, and shows the first step at once.
    expect(stored.handle).toBeUndefined();
    expectAnswers(seen({ step: 'password', seq: 1 }));
    await signIn.submit('ada');
    expect(stored.handle).toBe('fresh');
  });

  test.each([
    ['a wrong password', { step: 'password', seq: 2, error: { code: 'INVALID_CREDENTIALS' } }],
    ['a refusal for good', { step: 'denied', seq: 2, error: { code: 'TOKEN_LOCKED' } }],
  ] as const)('%s includes the request id that an operator finds in the log', async (_, after) => {
    const { signIn, messages, expectAnswers } = setUp();
    expectAnswers(seen({ step: 'password', seq: 1 }), seen(after));
    await signIn.begin(NONCE, '');
    await signIn.submit('wrong');
    expect(messages).toContainEqual(
      expect.objectContaining({ type: 'error', code: after.error.code, requestId: 'req' }),
    );
  });

  test('times out if the page never provides a nonce', async () => {
    const { signIn, types, screen } = setUp();
    signIn.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(types()).toEqual(['want', 'timeout', 'ready']);
    expect(screen().kind).toBe('failed');
  });

  test('resumes a stored flow, starts over if it is gone, and keeps it during an outage', async () => {
    const there = setUp({ kept: 'kept' });
    there.expectAnswers(seen({ step: 'otp', seq: 2 }));
    await there.signIn.begin(NONCE, '');
    expect(there.requests).toEqual(['read kept']);
    expect(there.screen()).toMatchObject({ step: 'otp' });

    const gone = setUp({ kept: 'kept' });
    gone.expectAnswers({ code: 'FLOW_NOT_FOUND', requestId: '' }, seen({ step: 'otp' }));
    await gone.signIn.begin(NONCE, '');
    expect(gone.requests).toEqual(['read kept', 'begin']);
    expect(gone.stored.handle).toBe('fresh');

    const offline = setUp({ kept: 'kept' });
    offline.expectAnswers(lost);
    await offline.signIn.begin(NONCE, '');
    expect(offline.screen().kind).toBe('offline');
    expect(offline.stored.handle).toBe('kept');
  });

  test('drops a response to an abandoned start', async () => {
    const { signIn, screen, expectAnswers } = setUp();
    let arrive = (_: FlowAnswer) => {};
    expectAnswers(
      new Promise<FlowAnswer>((resolve) => {
        arrive = resolve;
      }),
    );
    const first = signIn.begin(NONCE, '');
    await vi.advanceTimersByTimeAsync(0);
    signIn.start();
    arrive(seen());
    await first;
    expect(screen().kind).toBe('loading');
  });
});

describe('answers', () => {
  test('accepts no second answer during a check', async () => {
    const { signIn, requests, expectAnswers } = await startSignIn();
    expectAnswers(seen({ step: 'password', seq: 1 }));
    await Promise.all([signIn.submit('ada'), signIn.submit('ada')]);
    expect(requests).toEqual(['begin', 'identify 0 ada']);
  });

  test('sends nothing while the frame is not visible', async () => {
    const { signIn, requests, screen } = await startSignIn({ isVisible: false });
    await signIn.submit('ada');
    expect(requests).toEqual(['begin']);
    expect(screen()).toMatchObject({ busy: false, notice: { text: 'tooSmall' } });
  });

  test('after a lost response, reads the flow until it is known, before it sends anything again', async () => {
    const { signIn, requests, screen, expectAnswers } = await startSignIn();
    expectAnswers(lost, lost);
    await signIn.submit('ada');
    expect(screen()).toMatchObject({ busy: false, notice: { text: 'interrupted' } });
    expectAnswers(seen({ step: 'password', seq: 1 }));
    await signIn.submit('ada');
    expect(requests).toEqual(['begin', 'identify 0 ada', 'read fresh', 'read fresh']);
    expect(screen()).toMatchObject({ step: 'password', busy: false });
  });

  test('polls a step in progress ever more rarely, then accepts an answer again', async () => {
    const { signIn, requests, screen, expectAnswers } = await startSignIn();
    expectAnswers({ code: 'STEP_IN_PROGRESS', requestId: '' }, seen(), seen(), seen(), seen());
    const submitted = signIn.submit('ada');
    await vi.advanceTimersByTimeAsync(7_000);
    await submitted;
    expect(requests).toHaveLength(6);
    expect(screen()).toMatchObject({ busy: false, notice: { text: 'stillChecking' } });
  });

  test('a restart during the polls is not ended by what they read', async () => {
    const { signIn, types, screen, expectAnswers } = await startSignIn();
    expectAnswers({ code: 'STEP_IN_PROGRESS', requestId: '' });
    void signIn.submit('ada');
    await vi.advanceTimersByTimeAsync(0);
    signIn.restart();
    expectAnswers({ code: 'FLOW_NOT_FOUND', requestId: '' });
    await vi.advanceTimersByTimeAsync(500);
    expect(screen().kind).toBe('loading');
    expect(types()).not.toContain('expire');
  });

  test('accepts no answer during a wait', async () => {
    const { signIn, requests, expectAnswers } = await startSignIn();
    expectAnswers(seen({ seq: 1, error: { code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 5_000 } }));
    await signIn.submit('ada');
    await signIn.submit('ada');
    expect(requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expectAnswers(seen({ step: 'password', seq: 2 }));
    await signIn.submit('ada');
    expect(requests).toHaveLength(3);
  });

  test('done gives the result to the page and forgets the handle', async () => {
    const { signIn, messages, stored, screen, expectAnswers } = await startSignIn();
    expectAnswers(seen({ step: 'done', seq: 1, result: 'a.b.c', expiresAt: 60_000 }));
    await signIn.submit('ada');
    expect(messages.at(-1)).toEqual({ type: 'success', result: 'a.b.c', expiresAt: 60_000 });
    expect(screen().kind).toBe('done');
    expect(stored.handle).toBeUndefined();
  });

  test.each([
    ['a denied step', seen({ step: 'denied', seq: 1, error: { code: 'TOKEN_LOCKED' } })],
    ['a refusal that nothing can change', { code: 'TOKEN_LOCKED', requestId: '' } as const],
  ])('%s ends the sign-in for the page too', async (_, answer) => {
    const { signIn, messages, screen, stored, expectAnswers } = await startSignIn();
    expectAnswers(answer);
    await signIn.submit('ada');
    expect(screen()).toEqual({ kind: 'denied', code: 'TOKEN_LOCKED', canRestart: true, isSigning: false });
    expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'TOKEN_LOCKED', retryable: false });
    expect(stored.handle).toBeUndefined();
  });
});

describe('expiry', () => {
  test('asks the service when the flow should have expired, and follows its response', async () => {
    const { requests, types, screen, expectAnswers } = await startSignIn();
    expectAnswers(seen({ now: 100_000, expiresAt: 900_000 }));
    await vi.advanceTimersByTimeAsync(900_002);
    expect(screen().kind).toBe('step');
    expectAnswers({ code: 'FLOW_NOT_FOUND', requestId: '' });
    await vi.advanceTimersByTimeAsync(800_002);
    expect(requests).toEqual(['begin', 'read fresh', 'read fresh']);
    expect(screen().kind).toBe('expired');
    expect(types().at(-1)).toBe('expire');
  });

  test('a late response to the check does not end a flow that an answer has prolonged', async () => {
    const { signIn, screen, expectAnswers } = await startSignIn();
    let respond: (answer: FlowAnswer) => void = () => {};
    expectAnswers(
      new Promise((resolve) => {
        respond = resolve;
      }),
    );
    await vi.advanceTimersByTimeAsync(900_002);
    expectAnswers(seen({ step: 'password', seq: 1, now: 900_000, expiresAt: 1_800_000 }));
    await signIn.submit('ada');
    respond(lost);
    await vi.advanceTimersByTimeAsync(0);
    expect(screen()).toMatchObject({ kind: 'step', step: 'password' });
  });

  test('a result whose time is over when it arrives is told before it expires', async () => {
    const { signIn, types, expectAnswers } = await startSignIn();
    expectAnswers(seen({ step: 'done', seq: 1, result: 'a.b.c', expiresAt: 0 }));
    await signIn.submit('ada');
    expect(types().slice(-2)).toEqual(['change', 'success']);
    await vi.advanceTimersByTimeAsync(1);
    expect(types().at(-1)).toBe('expire');
  });

  test('an unused result expires', async () => {
    const { signIn, types, screen, expectAnswers } = await startSignIn();
    expectAnswers(seen({ step: 'done', seq: 1, result: 'a.b.c', expiresAt: 60_000 }));
    await signIn.submit('ada');
    await vi.advanceTimersByTimeAsync(60_002);
    expect(screen().kind).toBe('expired');
    expect(types().at(-1)).toBe('expire');
  });
});

describe('a passkey', () => {
  const request = { challenge: 'asked', rpId: 'auth.example', allowCredentials: [], timeout: 1 };
  const passkey = { ...request, userVerification: 'required' } as const;
  const assertion = { id: 'mine', response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' } };

  async function offered() {
    const all = setUp();
    all.expectAnswers(seen({ passkey }));
    await all.signIn.begin(NONCE, '');
    return all;
  }

  test('is requested as the service asks, and its response is sent', async () => {
    const { signIn, requests, screen, expectAnswers } = await offered();
    expectAnswers(seen({ step: 'done', seq: 1, result: 'r' }));
    const asking: string[] = [];
    await signIn.startPasskey(async ({ challenge }) => {
      asking.push(challenge);
      expect(screen()).toMatchObject({ kind: 'step', busy: true });
      return { assertion };
    });
    expect(asking).toEqual(['asked']);
    expect(requests).toEqual(['begin', 'passkey 0 mine']);
    expect(screen()).toEqual({ kind: 'done', isSigning: false });
  });

  test('is not requested before the flow has a challenge', async () => {
    const { signIn, requests, expectAnswers } = setUp({ first: firstView(true) });
    signIn.start();
    const asking: string[] = [];
    const used = signIn.startPasskey(async ({ challenge }) => {
      asking.push(challenge);
      return { assertion };
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asking).toEqual([]);
    expectAnswers(seen({ passkey }), seen({ step: 'done', seq: 1, result: 'r' }));
    await signIn.begin(NONCE, '');
    await used;
    expect(asking).toEqual(['asked']);
    expect(requests).toEqual(['begin', 'passkey 0 mine']);
  });

  test('is not requested if the flow turns out to have no challenge', async () => {
    const { signIn, screen, requests, expectAnswers } = setUp({ first: firstView(true) });
    signIn.start();
    const used = signIn.startPasskey(() => Promise.reject(new Error('not asked')));
    expectAnswers(seen());
    await signIn.begin(NONCE, '');
    await used;
    expect(requests).toEqual(['begin']);
    expect(screen()).toMatchObject({ kind: 'step', busy: false });
  });

  test('that fails keeps the step, and nothing is sent', async () => {
    const { signIn, requests, screen } = await offered();
    await signIn.startPasskey(async () => ({ failure: 'passkeyCancelled' }));
    expect(screen()).toMatchObject({ step: 'identify', busy: false, notice: { text: 'passkeyCancelled' } });
    expect(requests).toEqual(['begin']);
  });

  test('is requested once at a time, and its response to an abandoned sign-in is dropped', async () => {
    const { signIn, requests } = await offered();
    let answer = (_: { assertion: typeof assertion }) => {};
    const first = signIn.startPasskey(() => new Promise((resolve) => (answer = resolve)));
    await signIn.startPasskey(async () => ({ assertion }));
    signIn.restart();
    answer({ assertion });
    await first;
    expect(requests).toEqual(['begin']);
  });

  test('is not requested if the service does not ask for one', async () => {
    const { signIn, requests } = await startSignIn();
    await signIn.startPasskey(() => Promise.reject(new Error('not asked')));
    expect(requests).toEqual(['begin']);
  });
});

describe('a method with sent codes', () => {
  const unsent: Partial<FlowView> = {
    step: 'otp',
    seq: 2,
    factors: [
      { id: 'tok_mail', kind: 'email', name: 'Mail', to: 'a•••@example.com' },
      { id: 'code', kind: 'code' },
    ],
    factor: 'tok_mail',
  };
  const sent = { to: 'a•••@example.com', expiresAt: 300_000, resendAfterMs: 30_000 };

  async function atCode(...answers: FlowAnswer[]) {
    const all = await startSignIn();
    all.expectAnswers(seen(unsent), ...answers);
    await all.signIn.submit('ada');
    await vi.advanceTimersByTimeAsync(0);
    return all;
  }

  test('requests the code on arrival, once', async () => {
    const { requests, screen, signIn, expectAnswers } = await atCode(seen({ ...unsent, seq: 3, sent }));
    expect(requests.slice(2)).toEqual(['factor 2 tok_mail']);
    expect(screen()).toMatchObject({ kind: 'step', busy: false, view: { sent } });
    const step = screen();
    expect(step.kind === 'step' && step.resend?.leftMs()).toBe(30_000);

    expectAnswers(seen({ ...unsent, seq: 4 }));
    await signIn.submit('123456');
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.slice(3)).toEqual(['otp 3 123456']);
  });

  test('requests the code of a second factor too, after one in place of the password', async () => {
    const { requests, signIn, expectAnswers } = await atCode(seen({ ...unsent, seq: 3, sent }));
    const phone = { id: 'tok_sms', kind: 'sms', name: 'Phone', to: '•••78' } as const;
    const asked = { ...unsent, factors: [phone], factor: phone.id };
    expectAnswers(seen({ ...asked, seq: 4 }), seen({ ...asked, seq: 5, sent: { ...sent, to: phone.to } }));
    await signIn.submit('12345678');
    await vi.advanceTimersByTimeAsync(0);
    expect(requests.slice(3)).toEqual(['otp 3 12345678', 'factor 4 tok_sms']);
  });

  test('does not request the code again after a failure: the user decides', async () => {
    const error = { code: 'CODE_NOT_SENT' } as const;
    const { requests, screen } = await atCode(seen({ ...unsent, seq: 3, error }));
    expect(requests.slice(2)).toEqual(['factor 2 tok_mail']);
    expect(screen()).toMatchObject({ kind: 'step', notice: { text: 'CODE_NOT_SENT' } });
  });

  test('does not request a code that was already sent, as after a phone discarded the page', async () => {
    const all = setUp({ kept: 'kept' });
    all.expectAnswers(seen({ ...unsent, sent }));
    await all.signIn.begin(NONCE, '');
    await vi.advanceTimersByTimeAsync(0);
    expect(all.requests).toEqual(['read kept']);
  });

  test('does not request the code in an invisible frame', async () => {
    const all = setUp({ kept: 'kept', isVisible: false });
    all.expectAnswers(seen(unsent));
    await all.signIn.begin(NONCE, '');
    await vi.advanceTimersByTimeAsync(0);
    expect(all.requests).toEqual(['read kept']);
    expect(all.screen()).toMatchObject({ notice: { text: 'tooSmall' } });
  });
});
