import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact';
import { Alert } from './alert.tsx';

/** The attributes of the input element. */
export interface FieldAttributes {
  name: string;
  type: 'text' | 'password' | 'tel';
  autocomplete: string;
  inputMode?: 'numeric' | 'email';
  maxLength?: number;
  /** Direction of the typed text, whatever the direction of the page. */
  dir?: 'ltr' | 'auto';
  class?: string | undefined;
  autocapitalize?: 'words';
  /** Default 'go'. */
  enterKeyHint?: undefined;
  'aria-required'?: 'true';
}

export interface FieldProps extends FieldAttributes {
  id: string;
  label: string;
  hint?: string | false | undefined;
  error?: string | undefined;
  /** Ids of further elements that describe the field. */
  describedBy?: string | undefined;
  input?: Ref<HTMLInputElement>;
  /** The initial value. */
  defaultValue?: string;
  /** Shown in the field's frame after the input. */
  children?: ComponentChildren;
  readOnly: boolean;
}

/** A labelled input; screen readers read its hint and its error with it. */
export function Field({ id, label, hint, error, describedBy: also, input, children, ...rest }: FieldProps) {
  // Preact's types tie each `type` to its own attributes; all that are used here are shared.
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
          ref={input ?? null}
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy || undefined}
          // In this case, Preact sets the attribute. The property `autocorrect` is a boolean, so it would turn it on.
          autoCorrect="off"
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
