import type { SessionView, SignInView } from '@countersign/protocol/session';
import type { Notice } from '../service/submission.ts';

/** The steps that take an answer; `recovery` is the step `otp`, answered by a recovery code. */
export type AnswerableStep = 'identify' | 'password' | 'otp' | 'recovery' | 'enrol';

/** Everything that a sign-in can show. */
export type Screen =
  | { kind: 'loading' }
  /** The server holds several accounts, and nobody said which. */
  | { kind: 'account'; busy: boolean; notice?: Notice }
  | { kind: 'step'; step: AnswerableStep; view: SignInView; busy: boolean; notice?: Notice }
  /** Signed in for the first time: the recovery codes, shown this once. */
  | { kind: 'codes'; codes: string[]; session: SessionView }
  | { kind: 'denied'; code: string }
  | { kind: 'expired' }
  /** The last answer was right, but what came back was lost, and the session with it. */
  | { kind: 'unfinished' }
  /** The beginning was not answered. */
  | { kind: 'offline' }
  /** The beginning was refused. */
  | { kind: 'refused'; notice: Notice };
