import { type FieldAttributes, Field as InputField } from '@countersign/ui/field.tsx';
import { Eye } from '@countersign/ui/icons.tsx';
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

const NEW_PASSWORD = { type: 'password', autocomplete: 'new-password', class: 'secret' } as const;
const ATTRIBUTES: Record<FieldKind, Partial<FieldAttributes> & { autocomplete: string }> = {
  text: { autocomplete: 'off', autocapitalize: 'words' },
  email: { autocomplete: 'username', inputMode: 'email' },
  password: { ...NEW_PASSWORD, autocomplete: 'current-password' },
  'new-password': NEW_PASSWORD,
  repeat: NEW_PASSWORD,
  otp: { autocomplete: 'one-time-code', inputMode: 'numeric', class: 'spaced' },
  code: { autocomplete: 'off', class: 'spaced' },
};

export interface FieldProps {
  spec: FieldSpec;
  id: string;
  error: string | undefined;
  readOnly: boolean;
  texts: Texts;
}

/** A field of a form, with the attributes of its kind. */
export function Field({ spec, id, error, readOnly, texts }: FieldProps) {
  const { name, kind, label, hint, value, autocomplete = ATTRIBUTES[kind].autocomplete } = spec;
  const [isShown, setShown] = useState(false);
  const isSecret = ATTRIBUTES[kind].type === 'password';
  return (
    <InputField
      type="text"
      {...ATTRIBUTES[kind]}
      {...(isShown && { type: 'text' })}
      {...(value !== undefined && { defaultValue: value })}
      enterKeyHint={undefined}
      aria-required="true"
      id={id}
      name={name}
      label={label}
      hint={hint}
      error={error}
      autocomplete={autocomplete}
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
