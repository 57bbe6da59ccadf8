import type { SessionView, SignInView } from '@countersign/protocol/session';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer, Client } from '../service/client.ts';
import type { Screen } from './screen.ts';
import { createSignIn } from './sign-in.ts';

const view = (changes: Partial<SignInView> = {}): SignInView => ({
  step: 'identify',
  seq: 0,
  expiresAt: 900_000,
  now: 0,
  ...changes,
});
const seen = (changes?: Partial<SignInView>): Answer => ({ kind: 'done', body: { ...view(changes), handle: 'fresh' } });
const refused = (code: string, rest: object = {}): Answer => ({ kind: 'refused', code, fields: [], ...rest });
const lost: Answer = { kind: 'lost' };
const SESSION = { csrf: 'token' } as SessionView;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sign-in with a client that answers as it is told, request by request; unexpected requests fail the test. */
function setUp(...answers: (Answer | Promise<Answer>)[]) {
  const asked: string[] = [];
  const entered: SessionView[] = [];
  const stored: { handle: string | undefined } = { handle: undefined };
  let screen: Screen = { kind: 'loading' };
  const next = async (request: string) => {
    asked.push(request);
    const answer = answers.shift();
    if (!answer) throw new Error(`Unexpected request: ${request}`);
    return answer as Answer<never>;
  };
  const client: Client = {
    get: (path, headers) => next(`${path} ${Object.values(headers ?? {})}`.trim()),
    send: (_, path, body, headers) => next(`${path} ${JSON.stringify(body)} ${Object.values(headers ?? {})}`.trim()),
    carry: () => {},
  };
  const signIn = createSignIn({
    client,
    memory: {
      recall: () => stored.handle,
      keep: (handle) => {
        stored.handle = handle;
      },
      forget: () => {
        stored.handle = undefined;
      },
    },
    show: (shown) => {
      screen = shown;
    },
    enter: (session) => entered.push(session),
  });
  return { signIn, asked, entered, stored, answers, screen: () => screen };
}

describe('a sign-in', () => {
  test('runs from the address to the session, and then forgets the handle', async () => {
    const { signIn, asked, entered, stored, screen } = setUp(
      seen(),
      seen({ step: 'password', seq: 1, email: 'ada@a.example' }),
      seen({ step: 'otp', seq: 2 }),
      seen({ step: 'done', seq: 3, session: SESSION }),
    );
    await signIn.start();
    expect(stored.handle).toBe('fresh');
    await signIn.submit('ada@a.example');
    await signIn.submit('secret');
    expect(screen()).toMatchObject({ kind: 'step', step: 'otp' });
    await signIn.submit('123456');
    expect(asked).toEqual([
      'session/begin {}',
      'session/identify {"seq":0,"email":"ada@a.example"} fresh',
      'session/password {"seq":1,"password":"secret"} fresh',
      'session/otp {"seq":2,"otp":"123456"} fresh',
    ]);
    expect(entered).toEqual([SESSION]);
    expect(stored.handle).toBeUndefined();
  });

  test('continues without input after a new password, up to the enrolment and the codes', async () => {
    const enrolment = { otpauthUri: 'otpauth://totp/x', secret: 'AAAA', qrSvg: '<svg/>' };
    const { signIn, asked, entered, screen } = setUp(
      seen(),
      seen({ step: 'password', seq: 1 }),
      seen({ step: 'enrol', seq: 2, enrolment }),
      seen({ step: 'done', seq: 3, session: SESSION, recoveryCodes: ['a', 'b'] }),
    );
    await signIn.start({ account: 'acc_1', email: 'ada@a.example', password: 'secret' });
    expect(asked[0]).toBe('session/begin {"account":"acc_1"}');
    expect(screen()).toMatchObject({ kind: 'step', step: 'enrol' });
    await signIn.submit('123456');
    expect(screen()).toEqual({ kind: 'codes', codes: ['a', 'b'], session: SESSION });
    expect(entered).toEqual([]);
    signIn.keptCodes();
    expect(entered).toEqual([SESSION]);
  });

  test('stops continuing without input during a wait', async () => {
    const error = { code: 'TOO_MANY_ATTEMPTS', retryAfterMs: 5_000 } as const;
    const { signIn, asked, screen } = setUp(seen(), seen({ step: 'password', seq: 1, error }));
    await signIn.start({ email: 'ada@a.example', password: 'secret' });
    expect(asked).toHaveLength(2);
    expect(screen()).toMatchObject({ step: 'password', notice: { code: 'TOO_MANY_ATTEMPTS' } });
    await signIn.submit('secret');
    expect(asked).toHaveLength(2);
  });

  test('accepts a recovery code in place of the code, also after a wrong one', async () => {
    const { signIn, asked, screen } = setUp(
      seen({ step: 'otp', seq: 2 }),
      seen({ step: 'otp', seq: 3, error: { code: 'OTP_WRONG' } }),
    );
    await signIn.start();
    signIn.answerByRecoveryCode(true);
    expect(screen()).toMatchObject({ step: 'recovery' });
    await signIn.submit('aaaaa-bbbbb');
    expect(asked[1]).toBe('session/recovery {"seq":2,"code":"aaaaa-bbbbb"} fresh');
    expect(screen()).toMatchObject({ step: 'recovery', notice: { code: 'OTP_WRONG' } });
    signIn.answerByRecoveryCode(false);
    expect(screen()).toMatchObject({ step: 'otp' });
  });

  test('a double click is one attempt', async () => {
    const { signIn, asked } = setUp(seen(), new Promise<Answer>(() => {}));
    await signIn.start();
    signIn.submit('a@b.example');
    await signIn.submit('a@b.example');
    expect(asked).toHaveLength(2);
  });

  test('resumes after the phone discarded the page', async () => {
    const kept = setUp(seen({ step: 'otp', seq: 2 }));
    kept.stored.handle = 'kept';
    await kept.signIn.start();
    expect(kept.asked).toEqual(['session/step kept']);
    expect(kept.screen()).toMatchObject({ step: 'otp' });

    const gone = setUp(refused('FLOW_NOT_FOUND'), seen());
    gone.stored.handle = 'kept';
    await gone.signIn.start();
    expect(gone.screen()).toMatchObject({ step: 'identify' });
  });

  test('asks for the account if there are several, and again for an unknown one', async () => {
    const { signIn, asked, screen } = setUp(refused('ACCOUNT_NEEDED'), refused('INPUT_INVALID'), seen());
    await signIn.start();
    expect(screen()).toEqual({ kind: 'account', isBusy: false });
    await signIn.chooseAccount('mine');
    expect(screen()).toMatchObject({ kind: 'account', notice: { code: 'ACCOUNT_NOT_FOUND' } });
    await signIn.chooseAccount('acc_1');
    expect(asked.at(-1)).toBe('session/begin {"account":"acc_1"}');
    expect(screen()).toMatchObject({ step: 'identify' });
  });
});

describe('failures', () => {
  test.each(['UNAVAILABLE', 'RATE_LIMITED', 'ORIGIN_NOT_ALLOWED', 'ACCOUNT_NOT_FOUND'])(
    'shows a start refused with %s, and offers a retry',
    async (code) => {
      const { signIn, screen } = setUp(refused(code), seen());
      await signIn.start();
      expect(screen()).toMatchObject({ kind: 'refused', notice: { code } });
      await signIn.start();
      expect(screen()).toMatchObject({ kind: 'step' });
    },
  );

  test('does not resend an answer that arrived but whose response was lost', async () => {
    const { signIn, asked, screen } = setUp(seen(), lost, seen({ step: 'password', seq: 1 }));
    await signIn.start();
    await signIn.submit('a@b.example');
    expect(asked[2]).toBe('session/step fresh');
    expect(screen()).toMatchObject({ step: 'password' });
  });

  test('offline: sends the same answer again once the first is known not to have arrived', async () => {
    const { signIn, asked, screen } = setUp(seen(), lost, lost, seen(), seen({ step: 'password', seq: 1 }));
    await signIn.start();
    await signIn.submit('a@b.example');
    expect(screen()).toMatchObject({ step: 'identify', notice: { code: 'interrupted' } });
    await signIn.submit('a@b.example');
    expect(asked.slice(3).map((request) => request.split(' ')[0])).toEqual(['session/step', 'session/identify']);
    expect(screen()).toMatchObject({ step: 'password' });
  });

  test('last response lost: signs in with the session that came with it, or starts over', async () => {
    const done = { step: 'done', seq: 3 } as const;
    const whose = (session: SessionView | null) => ({ kind: 'done', body: { session, hasEnded: false } }) as const;
    const came = setUp(seen({ step: 'otp', seq: 2 }), lost, seen(done), whose(SESSION));
    await came.signIn.start();
    await came.signIn.submit('123456');
    expect(came.entered).toEqual([SESSION]);

    const not = setUp(seen({ step: 'otp', seq: 2 }), lost, seen(done), whose(null));
    await not.signIn.start();
    await not.signIn.submit('123456');
    expect(not.screen()).toEqual({ kind: 'unfinished' });
    expect(not.stored.handle).toBeUndefined();
  });

  test('polls a step that another request is checking', async () => {
    const { signIn, screen } = setUp(seen(), refused('STEP_IN_PROGRESS'), seen(), seen({ step: 'password', seq: 1 }));
    await signIn.start();
    const submitting = signIn.submit('a@b.example');
    await vi.advanceTimersByTimeAsync(2_000);
    await submitting;
    expect(screen()).toMatchObject({ step: 'password' });
  });

  test('a sign-in that took too long ends when the service says so', async () => {
    const { signIn, screen, stored } = setUp(seen(), seen({ now: 1_000 }), refused('FLOW_NOT_FOUND'));
    await signIn.start();
    await vi.advanceTimersByTimeAsync(900_002);
    expect(screen()).toMatchObject({ kind: 'step' });
    await vi.advanceTimersByTimeAsync(900_002);
    expect(screen()).toEqual({ kind: 'expired' });
    expect(stored.handle).toBeUndefined();
  });

  test('a denial ends the sign-in with its reason', async () => {
    const { signIn, screen } = setUp(seen(), seen({ step: 'denied', seq: 1, error: { code: 'ACCESS_DENIED' } }));
    await signIn.start();
    await signIn.submit('a@b.example');
    expect(screen()).toEqual({ kind: 'denied', code: 'ACCESS_DENIED' });
  });
});

test('a late response to the check of the time does not end a sign-in that an answer has prolonged', async () => {
  let respond: (answer: Answer) => void = () => {};
  const check = new Promise<Answer>((resolve) => {
    respond = resolve;
  });
  const { signIn, screen } = setUp(
    seen(),
    check,
    seen({ step: 'password', seq: 1, now: 900_000, expiresAt: 1_800_000 }),
  );
  await signIn.start();
  await vi.advanceTimersByTimeAsync(900_002);
  await signIn.submit('ada@acme.example');
  respond(lost);
  await vi.advanceTimersByTimeAsync(0);
  expect(screen()).toMatchObject({ kind: 'step', step: 'password' });
});
