import type { SessionView, SignInView } from '@countersign/protocol/session';
import type { Notice } from '../service/submission.ts';

/** The steps with an answer; `recovery` is the step `otp`, answered with a recovery code. */
export type AnswerableStep = 'identify' | 'password' | 'otp' | 'recovery' | 'enrol';

/** The screens of a sign-in. */
export type Screen =
  | { kind: 'loading' }
  /** The server has several accounts, and the user has not chosen one. */
  | { kind: 'account'; isBusy: boolean; notice?: Notice }
  | { kind: 'step'; step: AnswerableStep; view: SignInView; isBusy: boolean; notice?: Notice }
  /** After the first sign-in: the recovery codes, shown once. */
  | { kind: 'codes'; codes: string[]; session: SessionView }
  | { kind: 'denied'; code: string }
  | { kind: 'expired' }
  /** The last answer was right, but the response was lost, and the session with it. */
  | { kind: 'unfinished' }
  /** The service could not be reached to start the sign-in. */
  | { kind: 'offline' }
  /** The service refused to start the sign-in. */
  | { kind: 'refused'; notice: Notice };
