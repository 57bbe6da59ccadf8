import { Alert } from '@countersign/ui/alert.tsx';
import { SubmitButton } from '@countersign/ui/button.tsx';
import { waitText } from '@countersign/ui/wait-text';
import { type ComponentChildren, createRef, type RefObject } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { refusalText, type TextKey, type Texts } from '../i18n/texts.ts';
import { createSubmission, type SubmissionParts, type SubmissionState } from '../service/submission.ts';
import { checkValues, fieldOf } from './check-values.ts';
import { Field, type FieldSpec } from './field.tsx';

export type Values = Record<string, string>;

export interface FormProps {
  fields: readonly FieldSpec[];
  button: string;
  texts: Texts;
  sending: SubmissionState;
  onSubmit(values: Values): void;
  /** Whether the first field takes the focus: true after the user navigated. */
  isNext?: boolean;
  /** The user name that belongs to the password, for password managers. */
  username?: string | undefined;
  /** Shown between the fields and the button. */
  children?: ComponentChildren;
  onCancel?: () => void;
}

/** Fields and a button. Keeps the typed values and shows errors at their fields. */
export function Form(props: FormProps) {
  const { fields, button, texts, sending, username, onSubmit, isNext = false, children, onCancel } = props;
  const { busy, notice } = sending;
  const [mistakes, setMistakes] = useState<Record<string, TextKey>>({});
  const base = useId();
  const inputs = useInputs(fields);
  const leftMs = useLeftMs(sending);

  const told = busy ? undefined : notice;
  const place = told && fieldOf(fields, told);
  const text = told && refusalText(texts, told.code, told.flaw);
  const errorOf = (name: string): string | undefined => {
    const mistake = mistakes[name];
    if (mistake) return texts(mistake);
    if (name !== place) return undefined;
    return told?.code === 'INPUT_INVALID' ? texts('notTaken') : text;
  };

  const isThere = useRef(false);
  useEffect(() => {
    if (isThere.current) return;
    isThere.current = true;
    // Not on touch devices: the keyboard would cover the text.
    if (isNext && !matchMedia('(pointer: coarse)').matches) inputs.get(fields[0]?.name ?? '')?.current?.focus();
  });
  const seen = useRef({ mistakes, notice });
  useEffect(() => {
    if (seen.current.mistakes === mistakes && seen.current.notice === notice) return;
    seen.current = { mistakes, notice };
    const wrong = fields.find(({ name }) => mistakes[name] || (notice && name === place));
    const input = wrong && inputs.get(wrong.name)?.current;
    input?.focus();
    input?.select();
  });

  const answer = (event: Event) => {
    event.preventDefault();
    if (busy || leftMs > 0) return;
    const checked = checkValues(fields, (name) => inputs.get(name)?.current?.value ?? '');
    setMistakes(checked.mistakes);
    if (Object.keys(checked.mistakes).length === 0) onSubmit(checked.values);
  };

  return (
    <form onSubmit={answer} novalidate aria-busy={busy}>
      {username !== undefined && (
        <input class="unseen" autocomplete="username" value={username} readOnly tabIndex={-1} aria-hidden="true" />
      )}
      {fields.map((spec) => (
        <Field
          key={`${spec.name}-${spec.kind}`}
          spec={spec}
          id={`${base}-${spec.name}`}
          error={errorOf(spec.name)}
          input={inputs.get(spec.name)}
          readOnly={busy}
          texts={texts}
        />
      ))}
      {children}
      <Alert>{place === undefined && text}</Alert>
      {notice?.wait && !busy && (
        <p class="hint" role="timer">
          {leftMs > 0 ? waitText(texts, leftMs) : texts('mayTryAgain')}
        </p>
      )}
      <div class="actions">
        <SubmitButton isBusy={busy} isIdle={busy || leftMs > 0}>
          {busy ? texts('checking') : button}
        </SubmitButton>
        {onCancel && (
          <button type="button" class="secondary" onClick={onCancel}>
            {texts('cancel')}
          </button>
        )}
      </div>
      <p class="unseen" role="status">
        {busy && texts('checking')}
      </p>
    </form>
  );
}

export interface SendingFormProps<Body> extends Omit<FormProps, 'sending' | 'onSubmit'> {
  send: SubmissionParts<Values, Body>['send'];
  onDone(body: Body, sent: Values): void;
  onRefused?: SubmissionParts<Values, Body>['onRefused'];
}

/** A form that sends itself to the service. */
export function SendingForm<Body>({ send, onDone, onRefused, ...form }: SendingFormProps<Body>) {
  const [sending, setSending] = useState<SubmissionState>({ busy: false });
  // The submission lives as long as the form, so it calls the latest callbacks.
  const latest = useRef({ send, onDone, onRefused });
  latest.current = { send, onDone, onRefused };
  const submission = useMemo(
    () =>
      createSubmission<Values, Body>({
        send: (values) => latest.current.send(values),
        show: setSending,
        done: (body, sent) => latest.current.onDone(body, sent),
        onRefused: (refused) => latest.current.onRefused?.(refused) ?? false,
      }),
    [],
  );
  return <Form {...form} sending={sending} onSubmit={submission.submit} />;
}

function useInputs(fields: readonly FieldSpec[]): ReadonlyMap<string, RefObject<HTMLInputElement | null>> {
  const inputs = useRef(new Map<string, RefObject<HTMLInputElement | null>>());
  for (const { name } of fields) {
    if (!inputs.current.has(name)) inputs.current.set(name, createRef<HTMLInputElement | null>());
  }
  return inputs.current;
}

/** The remaining wait, updated every second. */
function useLeftMs({ notice }: SubmissionState): number {
  const [, draw] = useState(0);
  useEffect(() => {
    if (!notice?.wait) return;
    const timer = setInterval(() => {
      draw((count) => count + 1);
      if (notice.wait?.leftMs() === 0) clearInterval(timer);
    }, 1_000);
    return () => clearInterval(timer);
  }, [notice]);
  return notice?.wait?.leftMs() ?? 0;
}
