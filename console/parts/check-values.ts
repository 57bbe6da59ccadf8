import type { TextKey } from '../i18n/texts.ts';
import type { FieldSpec } from './field.tsx';

/** Apps and emails show codes in groups. The service accepts digits only. */
const GROUPING = /[\s\u200b\u2060-]/g;
const OTP = /^\d{6,10}$/;

export interface CheckedValues {
  values: Record<string, string>;
  /** The errors that the form finds before it sends, by field. */
  mistakes: Record<string, TextKey>;
}

/** Prepares the typed values for sending. Reports only obvious mistakes; the service validates the rest. */
export function checkValues(fields: readonly FieldSpec[], typed: (name: string) => string): CheckedValues {
  const values: Record<string, string> = {};
  const mistakes: Record<string, TextKey> = {};
  let chosen: string | undefined;
  for (const { name, kind } of fields) {
    const text = typed(name);
    const isSecret = kind === 'password' || kind === 'new-password' || kind === 'repeat';
    const value = isSecret ? text : kind === 'otp' ? text.replace(GROUPING, '') : text.trim();
    if (kind === 'new-password') chosen = value;
    if (value === '') mistakes[name] = 'missing';
    else if (kind === 'otp' && !OTP.test(value)) mistakes[name] = 'OTP_MALFORMED';
    else if (kind === 'repeat' && value !== chosen) mistakes[name] = 'differs';
    else if (kind !== 'repeat') values[name] = value;
  }
  return { values, mistakes };
}

const ABOUT_PASSWORD = /^PASSWORD_/;
const ABOUT_OTP = /^(?:OTP_|TOKEN_)/;

/** The fields that a refusal is about, in the order of the form; none if it is about the whole form. */
export function fieldsOf(fields: readonly FieldSpec[], notice: { code: string; fields: string[] }): string[] {
  if (notice.code === 'INPUT_INVALID') {
    return fields.map(({ name }) => name).filter((name) => notice.fields.includes(name));
  }
  const name = fieldOf(fields, notice.code);
  return name === undefined ? [] : [name];
}

function fieldOf(fields: readonly FieldSpec[], code: string): string | undefined {
  const ofKind = (...kinds: FieldSpec['kind'][]) => fields.find(({ kind }) => kinds.includes(kind))?.name;
  if (ABOUT_PASSWORD.test(code)) return ofKind('new-password');
  if (code === 'INVALID_CREDENTIALS') return ofKind('password');
  if (ABOUT_OTP.test(code) || code === 'CONFIRMATION_WRONG') return ofKind('otp', 'code');
  if (code === 'EMAIL_TAKEN') return ofKind('email');
  if (code === 'ACCOUNT_NOT_FOUND') return fields.find(({ name }) => name === 'account')?.name;
  return undefined;
}
