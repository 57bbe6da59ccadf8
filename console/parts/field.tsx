import { Field as InputField } from '@countersign/ui/field.tsx';
import { Eye } from '@countersign/ui/icons.tsx';
import type { Ref } from 'preact';
import { useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';

export type FieldKind = 'text' | 'email' | 'password' | 'new-password' | 'repeat' | 'otp' | 'code';

/** A field of a form. */
export interface FieldSpec {
  /** Name of the field in the API. */
  name: string;
  kind: FieldKind;
  label: string;
  hint?: string | undefined;
  /** The `autocomplete` token; the default depends on the kind. */
  autocomplete?: string;
  value?: string;
}

const AUTOCOMPLETE: Record<FieldKind, string> = {
  text: 'off',
  email: 'username',
  password: 'current-password',
  'new-password': 'new-password',
  repeat: 'new-password',
  otp: 'one-time-code',
  code: 'off',
};
const SECRET: readonly FieldKind[] = ['password', 'new-password', 'repeat'];

export interface FieldProps {
  spec: FieldSpec;
  id: string;
  error: string | undefined;
  input: Ref<HTMLInputElement> | undefined;
  readOnly: boolean;
  texts: Texts;
}

/** A field of a form, with the attributes of its kind. */
export function Field({ spec, id, error, input, readOnly, texts }: FieldProps) {
  const { name, kind, label, hint, autocomplete = AUTOCOMPLETE[kind], value } = spec;
  const [isShown, setShown] = useState(false);
  const isSecret = SECRET.includes(kind);
  return (
    <InputField
      {...(kind === 'otp' && { inputMode: 'numeric' })}
      {...(kind === 'email' && { inputMode: 'email' })}
      {...(kind === 'text' && { autocapitalize: 'words' })}
      {...(value !== undefined && { defaultValue: value })}
      type={isSecret && !isShown ? 'password' : 'text'}
      class={kind === 'otp' || kind === 'code' ? 'spaced' : isSecret ? 'secret' : undefined}
      enterKeyHint={undefined}
      aria-required="true"
      id={id}
      name={name}
      label={label}
      hint={hint}
      error={error}
      autocomplete={autocomplete}
      input={input ?? null}
      readOnly={readOnly}
    >
      {isSecret && (
        <button
          type="button"
          class="icon"
          aria-label={texts(isShown ? 'hidePassword' : 'showPassword')}
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
        >
          <Eye isOpen={isShown} />
        </button>
      )}
    </InputField>
  );
}
