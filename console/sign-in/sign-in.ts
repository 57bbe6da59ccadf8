import { FLOW_HEADER } from '@countersign/protocol/flow';
import type { PasskeyAssertion, PasskeyAttestation } from '@countersign/protocol/passkey';
import type { SessionView, SignInView, StartedSignIn } from '@countersign/protocol/session';
import { deadlineIn } from '@countersign/ui/deadline';
import type { Answer, Client, Refused } from '../service/client.ts';
import { probeSession } from '../service/session-probe.ts';
import { type Notice, noticeOf } from '../service/submission.ts';
import type { HandleMemory } from './handle-memory.ts';
import type { AnswerableStep, Screen } from './screen.ts';

/** Delays between polls of a step that another request is checking. */
const POLL_DELAYS_MS = [400, 800, 1_600, 3_200];

const FIELD = {
  identify: 'email',
  password: 'password',
  otp: 'otp',
  recovery: 'code',
  enrol: 'otp',
} as const satisfies Record<AnswerableStep, string>;

/** The credentials that a user has just set through a link, which the first sign-in reuses. */
export interface KnownCredentials {
  account?: string;
  email?: string;
  password?: string;
}

export interface SignInParts {
  client: Client;
  memory: HandleMemory;
  show(screen: Screen): void;
  /** Called after sign-in, and after any recovery codes have been saved. */
  enter(session: SessionView): void;
}

/** An administrator's sign-in, from the first step to the session. Does not use the DOM. */
export interface SignIn {
  /** Resumes the sign-in of this tab, or starts one. */
  start(known?: KnownCredentials): Promise<void>;
  /** Drops the current sign-in and starts another, with the known credentials if given. */
  restart(known?: KnownCredentials): Promise<void>;
  chooseAccount(account: string): Promise<void>;
  /** Answers the current step. Does nothing while an answer is being checked or a wait runs. */
  submit(value: string): Promise<void>;
  /** Answers the step of the code with a passkey. */
  submitPasskey(assertion: PasskeyAssertion): Promise<void>;
  /** Answers the enrolment with a new passkey. */
  submitNewPasskey(response: PasskeyAttestation): Promise<void>;
  /** Chooses between a recovery code and the token's code. */
  answerByRecoveryCode(isUsed: boolean): void;
  /** Call when the user has saved the recovery codes. */
  keptCodes(): void;
  /** Call when the device wakes up or the page comes to the front: the sign-in may have expired. */
  checkTime(): Promise<void>;
  /** The chosen account, if there was a choice. */
  account(): string | undefined;
}

export function createSignIn({ client, memory, show, enter }: SignInParts): SignIn {
  let screen: Screen = { kind: 'loading' };
  let handle = '';
  let account: string | undefined;
  let isRecovering = false;
  /** Set when a response was lost, so the answer may have arrived. */
  let isUncertain = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ends = deadlineIn(0);
  /** Counts starts, so that a late response to an abandoned sign-in is dropped. */
  let run = 0;

  const setScreen = (next: Screen) => {
    screen = next;
    show(next);
  };

  const end = (last: Screen) => {
    memory.forget();
    clearTimeout(timer);
    handle = '';
    setScreen(last);
  };

  const read = () => client.get<SignInView>('session/step', { [FLOW_HEADER]: handle });

  const watchTime = (view: SignInView) => {
    ends = deadlineIn(view.expiresAt - view.now);
    clearTimeout(timer);
    timer = setTimeout(checkTime, ends.leftMs() + 1);
  };

  /** The device's clocks only trigger the request: the service decides whether a sign-in has expired. */
  async function checkTime(): Promise<void> {
    if (screen.kind !== 'step' || screen.isBusy || ends.leftMs() > 0) return;
    const started = run;
    const answer = await read();
    // An answer may have prolonged it meanwhile.
    if (started !== run || screen.kind !== 'step' || screen.isBusy || ends.leftMs() > 0) return;
    if (answer.kind === 'done' && answer.body.expiresAt > answer.body.now) watchTime(answer.body);
    else end({ kind: 'expired' });
  }

  const finish = async (view: SignInView) => {
    const { session, recoveryCodes } = view;
    if (session) {
      memory.forget();
      clearTimeout(timer);
      if (recoveryCodes) return setScreen({ kind: 'codes', codes: recoveryCodes, session });
      return enter(session);
    }
    // The response with the session was lost, so ask whether its cookie arrived.
    const started = run;
    const probe = await probeSession(client);
    if (started !== run) return;
    if (probe.kind === 'lost') return setScreen({ kind: 'offline' });
    memory.forget();
    if (probe.kind === 'in') enter(probe.session);
    else end({ kind: 'unfinished' });
  };

  const showView = (view: SignInView): void | Promise<void> => {
    const { step, error } = view;
    isUncertain = false;
    watchTime(view);
    if (step === 'denied') return end({ kind: 'denied', code: error?.code ?? 'ACCESS_DENIED' });
    if (step === 'done') return finish(view);
    if (step !== 'otp') isRecovering = false;
    const notice: Notice | undefined = error && {
      code: error.code,
      fields: [],
      ...(error.retryAfterMs && { wait: deadlineIn(error.retryAfterMs) }),
    };
    const shownStep = step === 'otp' && isRecovering ? 'recovery' : step;
    setScreen({ kind: 'step', step: shownStep, view, isBusy: false, ...(notice && { notice }) });
  };

  const showNotice = (notice: Notice) => {
    if (screen.kind === 'step') setScreen({ ...screen, isBusy: false, notice });
  };

  /** Reads the sign-in after a lost response. True if that brought news. */
  const readAgain = async (seq: number): Promise<boolean> => {
    const started = run;
    const answer = await read();
    if (started !== run) return true;
    if (answer.kind === 'done' && answer.body.seq !== seq) await showView(answer.body);
    else if (answer.kind === 'refused' && answer.code === 'FLOW_NOT_FOUND') end({ kind: 'expired' });
    else {
      isUncertain = answer.kind === 'lost';
      return false;
    }
    return true;
  };

  const refuse = async (refused: Refused, seq: number) => {
    const { code } = refused;
    if (code === 'FLOW_NOT_FOUND') return end({ kind: 'expired' });
    if (code === 'STEP_STALE' || code === 'STEP_NOT_EXPECTED') {
      return (await readAgain(seq)) || showNotice({ code: 'interrupted', fields: [] });
    }
    if (code === 'STEP_IN_PROGRESS') {
      for (const ms of POLL_DELAYS_MS) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (await readAgain(seq)) return;
      }
      return showNotice({ code: 'stillChecking', fields: [] });
    }
    showNotice(noticeOf(refused));
  };

  const begin = async (known: KnownCredentials) => {
    const started = ++run;
    clearTimeout(timer);
    isRecovering = false;
    account = known.account ?? account;
    const answer = await client.send<StartedSignIn>('POST', 'session/begin', account === undefined ? {} : { account });
    if (started !== run) return;
    if (answer.kind !== 'done') return refuseStart(answer);
    handle = answer.body.handle;
    memory.keep(handle);
    await showView(answer.body);
    if (known.email !== undefined) await submit(known.email);
    const isAsked = started === run && screen.kind === 'step' && screen.step === 'password' && !screen.notice;
    if (known.password !== undefined && isAsked) await submit(known.password);
  };

  const refuseStart = (answer: Exclude<Answer, { kind: 'done' }>) => {
    if (answer.kind === 'lost') return setScreen({ kind: 'offline' });
    const isAsked = account !== undefined && /^ACCOUNT_NOT_FOUND$|^INPUT_INVALID$/.test(answer.code);
    if (answer.code === 'ACCOUNT_NEEDED') return setScreen({ kind: 'account', isBusy: false });
    if (isAsked)
      return setScreen({ kind: 'account', isBusy: false, notice: noticeOf({ ...answer, code: 'ACCOUNT_NOT_FOUND' }) });
    setScreen({ kind: 'refused', notice: noticeOf(answer) });
  };

  async function submit(value: string): Promise<void> {
    if (screen.kind === 'step') await post(screen.step, { [FIELD[screen.step]]: value });
  }

  async function post(path: string, body: object): Promise<void> {
    if (screen.kind !== 'step' || screen.isBusy || screen.notice?.wait?.leftMs()) return;
    const { step, view } = screen;
    const started = run;
    setScreen({ kind: 'step', step, view, isBusy: true });
    if (isUncertain && (await readAgain(view.seq))) return;
    if (isUncertain) return showNotice({ code: 'interrupted', fields: [] });
    const answer = await client.send<SignInView>(
      'POST',
      `session/${path}`,
      { seq: view.seq, ...body },
      { [FLOW_HEADER]: handle },
    );
    if (started !== run) return;
    if (answer.kind === 'done') await showView(answer.body);
    else if (answer.kind === 'refused') await refuse(answer, view.seq);
    else if (!(await readAgain(view.seq))) showNotice({ code: 'interrupted', fields: [] });
  }

  return {
    async start(known = {}) {
      setScreen({ kind: 'loading' });
      const storedHandle = known.email === undefined ? memory.recall() : undefined;
      if (storedHandle === undefined) return begin(known);
      handle = storedHandle;
      const started = ++run;
      const answer = await read();
      if (started !== run) return;
      if (answer.kind === 'lost') return setScreen({ kind: 'offline' });
      if (answer.kind === 'done' && answer.body.step !== 'denied') return showView(answer.body);
      memory.forget();
      return begin(known);
    },
    async restart(known = {}) {
      memory.forget();
      setScreen({ kind: 'loading' });
      await begin(known);
    },
    async chooseAccount(chosen) {
      if (screen.kind !== 'account' || screen.isBusy) return;
      setScreen({ kind: 'account', isBusy: true });
      await begin({ account: chosen });
    },
    submit,
    submitPasskey: (assertion) => post('passkey', { assertion }),
    submitNewPasskey: (response) => post('enrol-passkey', { response }),
    answerByRecoveryCode(isUsed) {
      if (screen.kind !== 'step' || screen.isBusy || screen.view.step !== 'otp') return;
      isRecovering = isUsed;
      setScreen({ kind: 'step', step: isUsed ? 'recovery' : 'otp', view: screen.view, isBusy: false });
    },
    keptCodes() {
      if (screen.kind === 'codes') enter(screen.session);
    },
    checkTime,
    account: () => account,
  };
}
