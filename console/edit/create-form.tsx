import { Alert } from '@countersign/ui/alert.tsx';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { type Answer, createOnceKey, type Success } from '../service/client.ts';
import type { Fields } from '../service/conflict.ts';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { fieldError } from './field-error.ts';
import { type Input, validateInput } from './inputs.ts';
import { InputsList } from './inputs-list.tsx';

export interface CreateFormProps<Made> {
  /** The path to post to, below `/v1/`. */
  path: string;
  inputs: readonly Input[];
  initial: Fields;
  button: string;
  /** Builds the request body from the values of the form. */
  bodyOf?(values: Fields): Fields;
  onMade(made: Success<Made>): void;
  onCancel(): void;
}

/** Creates an object exactly once: a retry after a lost response returns the same object. */
export function CreateForm<Made>({ path, inputs, initial, button, bodyOf, onMade, onCancel }: CreateFormProps<Made>) {
  const { client, texts } = useConsole();
  const [values, setValues] = useState(initial);
  const [isTold, setTold] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Exclude<Answer, { kind: 'done' }>>();
  const once = useMemo(() => createOnceKey(() => crypto.randomUUID()), []);
  const form = useRef<HTMLFormElement>(null);
  const base = useId();
  const names = inputs.map(({ name }) => name);
  const blame = fieldError(refused, names, texts);
  const place = blame?.name;
  const focus = (name: string | undefined) =>
    form.current?.querySelector<HTMLElement>(`[id="${base}-${name ?? ''}"]`)?.focus();
  const wrong = useRef(place);
  useEffect(() => {
    if (place !== undefined && wrong.current !== place) focus(place);
    wrong.current = place;
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    const first = inputs.find((input) => validateInput(input, values[input.name]));
    setTold(first !== undefined);
    if (first) return focus(first.name);
    const body = bodyOf?.(values) ?? values;
    setRefused(undefined);
    setBusy(true);
    const answer = await client.send<Made>('POST', path, body, once(body));
    setBusy(false);
    if (answer.kind === 'done') onMade(answer);
    else setRefused(answer);
  };
  return (
    <form ref={form} class="panel create" onSubmit={submit} novalidate aria-busy={isBusy}>
      <InputsList {...{ inputs, values, base, isTold, isBusy }} blame={blame} onChange={setValues} />
      <Alert>{refused && place === undefined && refusalInWords(texts, refused)}</Alert>
      <div class="dialog-actions start">
        <button type="submit" class="small-primary" aria-disabled={isBusy}>
          {isBusy ? texts('checking') : button}
        </button>
        <button type="button" class="secondary" onClick={onCancel}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}
