import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact';

/** What a field is, whichever step it stands on. */
export interface FieldAttributes {
  name: string;
  type: 'text' | 'password' | 'tel';
  autocomplete:
    | 'username'
    | 'username webauthn'
    | 'current-password'
    | 'new-password'
    | 'one-time-code'
    | 'email'
    | 'given-name'
    | 'family-name'
    | 'tel'
    | 'off';
  inputMode?: 'numeric';
  maxLength?: number;
  /** Of what is typed, whichever way the words around it run. */
  dir: 'ltr' | 'auto';
}

export interface FieldProps extends FieldAttributes {
  id: string;
  label: string;
  hint?: string | false;
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
  // Preact's types tie each `type` to attributes of its own; these two share all that are used here.
  const attributes = rest as InputHTMLAttributes<HTMLInputElement>;
  const describedBy = [also, error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="box">
        <input
          {...attributes}
          id={id}
          ref={input}
          aria-invalid={error ? 'true' : undefined}
          aria-describedby={describedBy || undefined}
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          enterKeyHint="go"
        />
        {children}
      </div>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div role="alert">
        {error && (
          <p class="error" id={`${id}-error`}>
            {error}
          </p>
        )}
      </div>
    </div>
  );
}
