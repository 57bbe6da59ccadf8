import type { FlowView } from '@countersign/protocol/flow';
import type { Deadline } from '@countersign/ui/deadline';
import { isText, type Texts } from '../i18n/texts.ts';
import type { AnswerableStep } from './flow-client.ts';

/** Why the user is still on this step: a refusal's code, or a text of the widget. */
export interface Notice {
  text: string;
  /** No answer is accepted before then. */
  wait?: Deadline | undefined;
}

/**
 * The screens of the widget. `isSigning`: for a transaction instead of a sign-in. `resend`: no other code is sent before
 * then.
 */
export type Screen = { isSigning?: boolean | undefined } & (
  | { kind: 'loading' }
  | {
      kind: 'step';
      step: AnswerableStep;
      view: FlowView;
      busy: boolean;
      notice?: Notice | undefined;
      resend?: Deadline | undefined;
    }
  /** `unlock`: what the user can do about it. */
  | { kind: 'done'; unlock: FlowView['unlock'] }
  | { kind: 'denied'; code: string; canRestart: boolean; unlock?: FlowView['unlock'] }
  /** The flow expired, or its unused result did. */
  | { kind: 'expired' }
  /** The service did not answer the start. */
  | { kind: 'offline' }
  /** The page provided no nonce. */
  | { kind: 'failed' }
);
export type StepScreen = Extract<Screen, { kind: 'step' }>;

/** The text of a refusal's code or of a notice of the widget. */
export function textOf(notice: string, texts: Texts): string {
  return texts(isText(notice) ? notice : 'unexpected');
}

/** Whether this is the self-service page. */
export function isSelfService(screen: Screen): boolean {
  return screen.kind === 'step' && screen.step === 'self';
}

/**
 * Whether the screen needs the enrolment module, for setting up or unlocking a token, or a password to change.
 *
 * @param isLinked on the page of a mailed link, where every final screen needs it
 */
export function isEnrolling(screen: Screen, isLinked: boolean): boolean {
  if (screen.kind === 'step') return screen.step === 'enrol' || screen.step === 'codes' || isSelfService(screen);
  return (screen.kind === 'denied' || screen.kind === 'done') && (isLinked || !!screen.unlock);
}
