import type { FactorOption, FlowView } from '@countersign/protocol/flow';
import type { FieldAttributes } from '@countersign/ui/field.tsx';
import type { TextKey } from '../../i18n/texts.ts';
import type { AnswerableStep } from '../flow-client.ts';

/** The input of a step. */
export interface Prompt {
  label: TextKey;
  hint?: TextKey | undefined;
  missing: TextKey;
  button: TextKey;
  attributes: FieldAttributes;
  /** Converts the typed text to the value that is sent. */
  read: (typed: string) => string;
  /** Validates the value before it is sent. */
  validate?: (value: string) => TextKey | undefined;
}

/** The steps with a typed answer. */
export type TypedStep = Exclude<AnswerableStep, 'passkey' | 'enrol' | 'codes' | 'self'>;

/** Apps and emails show codes in groups. The service accepts digits only. */
const GROUPING = /[\s\u200b\u2060-]/g;
const CODE = /^\d{6,14}$/;

const otp: Prompt = {
  label: 'otp',
  hint: 'otpHint',
  missing: 'otpMissing',
  button: 'confirm',
  attributes: { name: 'otp', type: 'text', autocomplete: 'one-time-code', inputMode: 'numeric', dir: 'ltr' },
  read: (typed) => typed.replace(GROUPING, ''),
  validate: (value) => (CODE.test(value) ? undefined : 'OTP_MALFORMED'),
};

const PROMPTS: Record<TypedStep, Prompt> = {
  identify: {
    label: 'login',
    missing: 'loginMissing',
    button: 'continue',
    attributes: { name: 'username', type: 'text', autocomplete: 'username', maxLength: 256, dir: 'auto' },
    read: (typed) => typed.trim(),
  },
  password: {
    label: 'password',
    missing: 'passwordMissing',
    button: 'signIn',
    attributes: { name: 'password', type: 'password', autocomplete: 'current-password', dir: 'ltr' },
    read: (typed) => typed,
  },
  otp,
  sign: { ...otp, hint: undefined },
  recovery: {
    label: 'recoveryCode',
    hint: 'recoveryHint',
    missing: 'otpMissing',
    button: 'confirm',
    attributes: { name: 'recovery-code', type: 'text', autocomplete: 'off', maxLength: 40, dir: 'ltr' },
    read: (typed) => typed.trim(),
  },
};

/** A device's response looks like a code, but no phone can fill it in. */
const deviceResponse = {
  label: 'deviceAnswer',
  hint: undefined,
  attributes: { ...otp.attributes, autocomplete: 'off' },
} as const;

export function promptFor(step: TypedStep, { question }: Pick<FlowView, 'question'> = {}): Prompt {
  const prompt = PROMPTS[step];
  return question === undefined ? prompt : { ...prompt, ...deviceResponse };
}

/** Id of the challenge that screen readers read with the field. */
export const QUESTION_ID = 'question';

/** The chosen second-factor method and the other available ones. */
export function splitFactors({ factors = [], factor }: FlowView): { chosen?: FactorOption; others: FactorOption[] } {
  const chosen = factors.find(({ id }) => id === factor);
  return { ...(chosen && { chosen }), others: factors.filter((option) => option !== chosen) };
}

/** Whether the chosen method sends a code and has not done so yet. */
export function needsSend(view: FlowView): boolean {
  const { chosen } = splitFactors(view);
  return !view.sent && (chosen?.kind === 'sms' || chosen?.kind === 'email');
}

/** Whether the step has a question or a transaction to show first. */
export function isAbout({ question, transaction }: FlowView): boolean {
  return !!(question || transaction);
}
