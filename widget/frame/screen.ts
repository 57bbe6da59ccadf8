import type { FlowView } from '@countersign/protocol/flow';
import type { PasskeyFailure } from '@countersign/protocol/passkey-window';
import type { Deadline } from '@countersign/ui/deadline';
import { isText, type TextKey, type Texts } from '../i18n/texts.ts';
import type { AnswerableStep } from './flow-client.ts';

/** Why the person is still on this step: a refusal's code, or a text of the widget's own. */
export interface Notice {
  text: string;
  /** Until when no answer is taken. */
  wait?: Deadline;
}

/** Everything that can be on the screen. `signs`: of a transaction, not of a sign-in. `resend`: until when no other code is sent. */
export type Screen =
  | { kind: 'loading' }
  | { kind: 'step'; step: AnswerableStep; view: FlowView; busy: boolean; notice?: Notice; resend?: Deadline }
  | { kind: 'done'; signs: boolean }
  /** `unlock`: whether a locked token can be unlocked by mail. */
  | { kind: 'denied'; code: string; mayRestart: boolean; signs: boolean; unlock?: NonNullable<FlowView['unlock']> }
  /** The flow, or its unused result, ran out of time. */
  | { kind: 'expired'; signs: boolean }
  /** The service did not answer the beginning. */
  | { kind: 'offline' }
  /** The page had no nonce to begin with. */
  | { kind: 'failed' };

export type NoticeKey =
  | Extract<TextKey, 'interrupted' | 'stillChecking' | 'tooSmall'>
  | Exclude<PasskeyFailure, 'passkeyExists'>;

/** The words for a refusal's code, or for a notice of the widget's own. */
export function textOf(notice: string, texts: Texts): string {
  return texts(isText(notice) ? notice : 'unexpected');
}

/** Whether this is the self-service page. */
export function isSelfService(screen: Screen): boolean {
  return screen.kind === 'step' && screen.step === 'self';
}

/**
 * Whether this shows what is loaded for those who set up a token, or unlock one.
 *
 * @param isLinked on the page of a mailed link, where every end is of that
 */
export function isEnrolling(screen: Screen, isLinked: boolean): boolean {
  if (screen.kind === 'step') return screen.step === 'enrol' || screen.step === 'codes' || isSelfService(screen);
  const isDenied = screen.kind === 'denied';
  return isLinked ? isDenied || screen.kind === 'done' : isDenied && !!screen.unlock;
}
