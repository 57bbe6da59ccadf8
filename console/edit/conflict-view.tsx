import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conflict } from '../service/conflict.ts';
import { t } from '../shell/i18n.ts';
import { type Input, valueText } from './inputs.ts';

export interface ConflictViewProps {
  conflict: Conflict;
  inputOf(name: string): Input;
  /** @param yielded names of the fields where the other administrator's value wins */
  onApply(yielded: ReadonlySet<string>): void;
  onDiscard(): void;
}

/** Shown after a version conflict: lists the other changes and asks which value to keep. */
export function ConflictView({ conflict, inputOf, onApply, onDiscard }: ConflictViewProps) {
  const [yielded, setYielded] = useState<ReadonlySet<string>>(new Set());
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useLayoutEffect(() => heading.current?.focus(), []);
  const choose = (name: string, isTheirs: boolean) => {
    const next = new Set(yielded);
    if (isTheirs) next.add(name);
    else next.delete(name);
    setYielded(next);
  };
  return (
    <section class="conflict" aria-labelledby={id}>
      <h2 id={id} ref={heading} tabIndex={-1}>
        {t('conflictTitle')}
      </h2>
      {conflict.theirs.length > 0 && (
        <>
          <p>{t('conflictTheirs')}</p>
          <dl>
            {conflict.theirs.map(({ name, was, is }) => (
              <div key={name}>
                <dt>{inputOf(name).label}</dt>
                <dd>
                  {valueText(inputOf(name), is)}{' '}
                  <span class="hint">({t('conflictWas', { value: valueText(inputOf(name), was) })})</span>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {conflict.both.length > 0 && <p>{t('conflictBoth')}</p>}
      {conflict.both.map(({ name, mine, theirs }) => (
        <fieldset key={name}>
          <legend>{inputOf(name).label}</legend>
          <label class="choice">
            <input
              type="radio"
              name={`${id}-${name}`}
              checked={!yielded.has(name)}
              onChange={() => choose(name, false)}
            />
            <span>{t('conflictYours', { value: valueText(inputOf(name), mine) })}</span>
          </label>
          <label class="choice">
            <input
              type="radio"
              name={`${id}-${name}`}
              checked={yielded.has(name)}
              onChange={() => choose(name, true)}
            />
            <span>{t('conflictTheirValue', { value: valueText(inputOf(name), theirs) })}</span>
          </label>
        </fieldset>
      ))}
      <div class="dialog-actions">
        <button type="button" class="secondary" onClick={onDiscard}>
          {t('discard')}
        </button>
        <button type="button" class="small-primary" onClick={() => onApply(yielded)}>
          {t('conflictApply')}
        </button>
      </div>
    </section>
  );
}
