import { Alert } from '@countersign/ui/alert.tsx';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Fields } from '../service/conflict.ts';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { ConflictView } from './conflict-view.tsx';
import { fieldError } from './field-error.ts';
import { InputView } from './input-view.tsx';
import { type Section, validateInput } from './inputs.ts';
import { type Edit, useEdit } from './use-edit.ts';

export interface EditFormProps {
  /** Path below `/v1/`, both to read and to change. */
  path: string;
  body: Fields;
  version: string | undefined;
  sections: readonly Section[];
  isReadOnly?: boolean;
  /** Paths of lists and other reads to refresh. */
  alsoChanged: readonly string[];
}

/** An object's settings in sections, with a bar that saves the changes. */
export function EditForm({ path, body, version, sections, isReadOnly = false, alsoChanged }: EditFormProps) {
  const inputs = sections.flatMap((section) => section.inputs);
  const names = inputs.map(({ name }) => name);
  const edit = useEdit({ path, names, body, version, alsoChanged });
  const [isTold, setTold] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const base = useId();
  const { values, changed, refused } = edit;
  const blame = fieldError(refused, names, useConsole().texts);
  const place = blame?.name;
  const errorOf = (name: string): string | undefined => {
    const input = inputs.find((one) => one.name === name);
    const mistake = isTold && input ? validateInput(input, values[name]) : undefined;
    return mistake ?? (place === name ? blame?.text : undefined);
  };
  const goTo = (name: string | undefined) => {
    const at = name === undefined ? null : form.current?.querySelector<HTMLElement>(`[id="${base}-${name}"]`);
    at?.focus();
  };
  const told = useRef(place);
  useEffect(() => {
    if (place !== undefined && told.current !== place) goTo(place);
    told.current = place;
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    if (edit.isBusy || changed.length === 0) return;
    const wrong = inputs.find(({ name }) => changed.includes(name) && validateInput(inputOf(name), values[name]));
    setTold(wrong !== undefined);
    if (wrong) return goTo(wrong.name);
    await edit.save();
  };
  const inputOf = (name: string) =>
    inputs.find((one) => one.name === name) ?? { name, label: name, kind: 'toggle' as const };
  return (
    <form ref={form} class="edit" onSubmit={submit} novalidate aria-busy={edit.isBusy}>
      {isReadOnly && <p class="strip">{t('readOnly')}</p>}
      {edit.isKept && changed.length > 0 && <p class="strip">{t('draftKept')}</p>}
      {edit.conflict && (
        <ConflictView conflict={edit.conflict} inputOf={inputOf} onApply={edit.apply} onDiscard={edit.discard} />
      )}
      {sections.map(({ title, text, inputs: own, foot }) => (
        <section class="panel edit-section" key={title} aria-labelledby={`${base}-${title}`}>
          <div class="edit-about">
            <h2 id={`${base}-${title}`}>{title}</h2>
            {text !== undefined && <p class="hint">{text}</p>}
          </div>
          <div class="edit-fields">
            {own.map((input) => (
              <InputView
                key={input.name}
                input={input}
                id={`${base}-${input.name}`}
                value={values[input.name]}
                error={errorOf(input.name)}
                isReadOnly={isReadOnly}
                isChanged={changed.includes(input.name)}
                onChange={(value) => edit.set(input.name, value)}
              />
            ))}
            {foot}
          </div>
        </section>
      ))}
      {!isReadOnly && <SaveBar edit={edit} isPlaced={place !== undefined} labelOf={(name) => inputOf(name).label} />}
    </form>
  );
}

function SaveBar({ edit, isPlaced, labelOf }: { edit: Edit; isPlaced: boolean; labelOf(name: string): string }) {
  const { texts } = useConsole();
  const { changed, isBusy, refused, discard } = edit;
  if (changed.length === 0) return null;
  return (
    <div class="save-bar">
      <Alert>{refused && !isPlaced && refusalInWords(texts, refused)}</Alert>
      <p class="save-what" role="status">
        {t('unsaved', { fields: changed.map(labelOf).join(', ') })}
      </p>
      <div class="save-buttons">
        <button type="button" class="secondary" onClick={discard}>
          {t('discard')}
        </button>
        <button type="submit" class="small-primary" aria-disabled={isBusy}>
          {t(isBusy ? 'saving' : 'save')}
        </button>
      </div>
    </div>
  );
}
