import type { FactorOption, FlowView } from '@countersign/protocol/flow';
import type { FieldAttributes } from '@countersign/ui/field.tsx';
import type { TextKey } from '../../i18n/texts.ts';
import type { AnswerableStep } from '../flow-client.ts';

/** What a step asks for. */
export interface Prompt {
  title: TextKey;
  label: TextKey;
  hint?: TextKey | undefined;
  missing: TextKey;
  button: TextKey;
  attributes: FieldAttributes;
  /** What is sent of what was typed. */
  read: (typed: string) => string;
  /** What is wrong with it before it is sent. */
  judge?: (value: string) => TextKey | undefined;
}

/** Where something is typed. */
export type TypedStep = Exclude<AnswerableStep, 'passkey' | 'enrol' | 'codes' | 'self'>;

/** A code as apps and mails show it: in groups. The service takes digits alone. */
const GROUPING = /[\s\u200b\u2060-]/g;
const CODE = /^\d{6,14}$/;

const otp: Prompt = {
  title: 'otpTitle',
  label: 'otp',
  hint: 'otpHint',
  missing: 'otpMissing',
  button: 'confirm',
  attributes: { name: 'otp', type: 'text', autocomplete: 'one-time-code', inputMode: 'numeric', dir: 'ltr' },
  read: (typed) => typed.replace(GROUPING, ''),
  judge: (value) => (CODE.test(value) ? undefined : 'OTP_MALFORMED'),
};

const PROMPTS: Record<TypedStep, Prompt> = {
  identify: {
    title: 'identifyTitle',
    label: 'login',
    missing: 'loginMissing',
    button: 'continue',
    attributes: { name: 'username', type: 'text', autocomplete: 'username', maxLength: 256, dir: 'auto' },
    read: (typed) => typed.trim(),
  },
  password: {
    title: 'passwordTitle',
    label: 'password',
    missing: 'passwordMissing',
    button: 'signIn',
    attributes: { name: 'password', type: 'password', autocomplete: 'current-password', dir: 'ltr' },
    read: (typed) => typed,
  },
  otp,
  sign: { ...otp, title: 'signTitle', hint: undefined },
  recovery: {
    title: 'recoveryTitle',
    label: 'recoveryCode',
    hint: 'recoveryHint',
    missing: 'otpMissing',
    button: 'confirm',
    attributes: { name: 'recovery-code', type: 'text', autocomplete: 'off', maxLength: 40, dir: 'ltr' },
    read: (typed) => typed.trim(),
  },
};

/** What a device answers has the form of a code, but no phone offers to fill it in. */
const deviceResponse = {
  label: 'deviceAnswer',
  hint: undefined,
  attributes: { ...otp.attributes, autocomplete: 'off' },
} as const;

export function promptFor(step: TypedStep, { question }: Pick<FlowView, 'question'> = {}): Prompt {
  const prompt = PROMPTS[step];
  return question === undefined ? prompt : { ...prompt, ...deviceResponse };
}

/** What the question of a device is read with. */
export const QUESTION_ID = 'question';

/** The way that this step asks for, and the others that are open to the person. */
export function splitFactors({ factors = [], factor }: FlowView): { chosen?: FactorOption; others: FactorOption[] } {
  const chosen = factors.find(({ id }) => id === factor);
  return { ...(chosen && { chosen }), others: factors.filter((option) => option !== chosen) };
}

/** Whether a code is to be sent for the way that is asked for, and has not been. */
export function needsSend(view: FlowView): boolean {
  const { chosen } = splitFactors(view);
  return !view.sent && (chosen?.kind === 'sms' || chosen?.kind === 'email');
}

/** Whether there is something to show before an answer is asked for: a question, or what it confirms. */
export function isAbout({ question, transaction }: FlowView): boolean {
  return !!(question || transaction);
}
