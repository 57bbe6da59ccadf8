import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact';
import { Alert } from './alert.tsx';

/** What can be said of the input itself. */
export interface FieldAttributes {
  name: string;
  type: 'text' | 'password' | 'tel';
  autocomplete: string;
  inputMode?: 'numeric' | 'email';
  maxLength?: number;
  /** Of what is typed, whichever way the words around it run. */
  dir?: 'ltr' | 'auto';
  class?: string | undefined;
  autocapitalize?: 'words';
  /** By default 'go'. */
  enterKeyHint?: undefined;
  'aria-required'?: 'true';
}

export interface FieldProps extends FieldAttributes {
  id: string;
  label: string;
  hint?: string | false | undefined;
  error?: string | undefined;
  /** What else is read with the field. */
  describedBy?: string | undefined;
  input: Ref<HTMLInputElement> | null;
  /** What stands in it at first. */
  defaultValue?: string;
  /** Inside the field's frame, after the input. */
  children?: ComponentChildren;
  readOnly: boolean;
}

/** A labelled input; its hint and its error are read with it. */
export function Field({ id, label, hint, error, describedBy: also, input, children, ...rest }: FieldProps) {
  // Preact's types tie each `type` to attributes of its own; these share all that are used here.
  const attributes = rest as InputHTMLAttributes<HTMLInputElement>;
  const describedBy = [also, error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="box">
        <input
          autocapitalize="none"
          enterKeyHint="go"
          {...attributes}
          id={id}
          ref={input}
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy || undefined}
          autocorrect="off"
          spellcheck={false}
        />
        {children}
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
