import type { Texts } from '../i18n/texts.ts';
import type { FieldSpec } from '../parts/field.tsx';

/** The fields for both factors, which every change of the own credentials asks for. */
export function proofFields(texts: Texts, isRecovering: boolean): FieldSpec[] {
  return [
    { name: 'password', kind: 'password', label: texts('presentPassword') },
    isRecovering
      ? { name: 'recoveryCode', kind: 'code', label: texts('recoveryCode'), hint: texts('recoveryHint') }
      : { name: 'otp', kind: 'otp', label: texts('otp'), hint: texts('otpHint') },
  ];
}
