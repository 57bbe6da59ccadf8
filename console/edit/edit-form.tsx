import { Alert } from '@countersign/ui/alert.tsx';
import type { TargetedSubmitEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Fields } from '../service/conflict.ts';
import { t } from '../shell/i18n.ts';
import { ConflictView } from './conflict-view.tsx';
import { type Section, validateInput } from './inputs.ts';
import { InputsList } from './inputs-list.tsx';
import { type Edit, useEdit } from './use-edit.ts';
import { useInputErrors } from './use-form.ts';

export interface EditFormProps {
  /** Path below `/v1/`, both to read and to change. */
  path: string;
  body: Fields;
  version: string | undefined;
  sections: readonly Section[];
  isReadOnly?: boolean;
  /** Paths of lists and other reads to refresh. */
  alsoChanged: readonly string[];
  /** Called with the edited values, for a preview. */
  onValues?(values: Fields): void;
  /** Shows one section at a time. The form keeps the changes of all, and saves them together. */
  oneAtATime?: SectionChoice;
}

export interface SectionChoice {
  /** Id of the section to show; none is shown if it is not of this form. */
  current: string;
  /** Called to show another section, because it has an error. */
  show(id: string): void;
}

/** An object's settings in sections, with a bar that saves the changes. */
export function EditForm({
  path,
  body,
  version,
  sections,
  isReadOnly = false,
  alsoChanged,
  onValues,
  oneAtATime,
}: EditFormProps) {
  const inputs = sections.flatMap((section) => section.inputs);
  const names = inputs.map(({ name }) => name);
  const { values, changed, notice, ...edit } = useEdit({ path, names, body, version, alsoChanged });
  useLayoutEffect(() => onValues?.(values), [values]);
  const { idOf, errorOf, message, validate } = useInputErrors({ inputs, values, notice });
  /** An input with an error, in a section that is not shown yet. */
  const awaited = useRef<string | undefined>(undefined);
  const reveal = (wrong: string | undefined) => {
    const section = sections.find(({ inputs: own }) => own.some(({ name }) => name === wrong));
    if (!oneAtATime || section?.id === undefined || section.id === oneAtATime.current) return;
    awaited.current = wrong;
    const { show } = oneAtATime;
    const { id } = section;
    // Another address renders the whole console at once, which must not happen within a render's effects.
    queueMicrotask(() => show(id));
  };
  useLayoutEffect(() => {
    if (notice) reveal(inputs.find(errorOf)?.name);
  }, [notice]);
  useLayoutEffect(() => {
    if (awaited.current !== undefined) document.getElementById(idOf(awaited.current))?.focus();
    awaited.current = undefined;
  }, [oneAtATime?.current]);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (edit.isBusy || changed.length === 0) return;
    const checked = inputs.filter(({ name }) => changed.includes(name));
    if (validate(checked)) await edit.save();
    else reveal(checked.find((input) => validateInput(input, values[input.name]))?.name);
  };
  const inputOf = (name: string) =>
    inputs.find((one) => one.name === name) ?? { name, label: name, kind: 'toggle' as const };
  return (
    <form class="edit" onSubmit={submit} novalidate aria-busy={edit.isBusy}>
      {isReadOnly && <p class="strip">{t('readOnly')}</p>}
      {edit.isKept && changed.length > 0 && <p class="strip">{t('draftKept')}</p>}
      {edit.conflict && (
        <ConflictView conflict={edit.conflict} inputOf={inputOf} onApply={edit.apply} onDiscard={edit.discard} />
      )}
      {sections.map(({ id, title, text, inputs: own, foot }) => (
        <section
          class={own.length === 1 && own[0]?.label === title ? 'panel edit-section once' : 'panel edit-section'}
          key={title}
          hidden={oneAtATime !== undefined && id !== oneAtATime.current}
          aria-labelledby={idOf(title)}
        >
          <div class="edit-about">
            <h2 id={idOf(title)}>{title}</h2>
            {text !== undefined && <p class="hint">{text}</p>}
          </div>
          <div class="edit-fields">
            <InputsList {...{ values, changed, isReadOnly, idOf, errorOf }} inputs={own} onChange={edit.set} />
            {foot}
          </div>
        </section>
      ))}
      {!isReadOnly && changed.length > 0 && (
        <SaveBar edit={edit} message={message} changed={changed.map((name) => inputOf(name).label)} />
      )}
    </form>
  );
}

interface SaveBarProps {
  edit: Pick<Edit, 'isBusy' | 'discard'>;
  /** The refusal, if it is about no input. */
  message: string | undefined;
  /** Labels of the changed inputs. */
  changed: readonly string[];
}

function SaveBar({ edit: { isBusy, discard }, message, changed }: SaveBarProps) {
  return (
    <div class="save-bar">
      <Alert>{message}</Alert>
      <p class="save-what" role="status">
        {t('unsaved', { fields: changed.join(', ') })}
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
