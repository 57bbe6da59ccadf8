import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact';
import { useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import { Eye } from './icons.tsx';

export type FieldKind = 'text' | 'email' | 'password' | 'new-password' | 'repeat' | 'otp' | 'code';

/** What a form asks for. */
export interface FieldSpec {
  /** As the service calls it. */
  name: string;
  kind: FieldKind;
  label: string;
  hint?: string | undefined;
  /** What browsers fill in; by default what goes with the kind. */
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

/** A labelled input; its hint and its error are read with it. */
export function Field({ spec, id, error, input, readOnly, texts }: FieldProps) {
  const { name, kind, label, hint, autocomplete = AUTOCOMPLETE[kind], value } = spec;
  const [isShown, setShown] = useState(false);
  const isSecret = SECRET.includes(kind);
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  // Preact's types tie each `type` to attributes of its own; these two share all that are used here.
  const attributes = {
    type: isSecret && !isShown ? 'password' : 'text',
    ...(kind === 'otp' && { inputMode: 'numeric' }),
    ...(kind === 'email' && { inputMode: 'email' }),
    ...(value !== undefined && { defaultValue: value }),
  } as InputHTMLAttributes<HTMLInputElement>;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="box">
        <input
          {...attributes}
          id={id}
          name={name}
          {...(input && { ref: input })}
          class={kind === 'otp' || kind === 'code' ? 'spaced' : isSecret ? 'secret' : undefined}
          autocomplete={autocomplete}
          readOnly={readOnly}
          aria-required="true"
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={described || undefined}
          autocapitalize={kind === 'text' ? 'words' : 'none'}
          autocorrect="off"
          spellcheck={false}
        />
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
      </div>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Alert id={`${id}-error`}>{error}</Alert>
    </div>
  );
}

/** Is there before what it says, so that it is read out when it comes. */
export function Alert({ id, children }: { id?: string; children: ComponentChildren }) {
  return (
    <div role="alert">
      {children && (
        <p class="error" id={id}>
          {children}
        </p>
      )}
    </div>
  );
}
