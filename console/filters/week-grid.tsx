import { WEEKDAYS } from '@countersign/protocol/filters';
import { useState } from 'preact/hooks';
import { windowTexts } from './filter.ts';
import { t } from './i18n.ts';
import { STEPS, type Step, slotsOf, stepOf, type TimeWindow, type Week, weekOf, windowsOf } from './rules.ts';
import { WeekTable } from './week-table.tsx';

export interface WeekGridProps {
  windows: readonly TimeWindow[];
  id: string;
  isReadOnly: boolean;
  onChange(windows: TimeWindow[]): void;
}

/** A week to draw on by mouse, touch or keyboard. */
export function WeekGrid({ windows, id, isReadOnly, onChange }: WeekGridProps) {
  const found = stepOf(windows);
  const [wanted, setWanted] = useState<Step>(found ?? 60);
  if (found === undefined) {
    return (
      <div class="rule-field">
        <p class="strip">{t('fine')}</p>
        <WindowList windows={windows} />
        {!isReadOnly && (
          <button type="button" class="secondary" onClick={() => onChange([])}>
            {t('redraw')}
          </button>
        )}
      </div>
    );
  }
  // A step longer than the windows allow could not show them.
  const step = Math.min(found, wanted) as Step;
  const put = (next: Week) => onChange(windowsOf(next, step));
  return (
    <fieldset class="rule-field" aria-describedby={isReadOnly ? undefined : `${id}-hint`}>
      <legend>{t('week')}</legend>
      {!isReadOnly && (
        <>
          <p class="hint above" id={`${id}-hint`}>
            {t('weekHint')}
          </p>
          <div class="week-tools">
            <Presets step={step} onPick={onChange} />
            <label class="week-step">
              <span>{t('step')}</span>
              <select
                class="input"
                value={String(step)}
                onChange={({ currentTarget }) => setWanted(Number(currentTarget.value) as Step)}
              >
                {STEPS.filter((one) => one <= found).map((one) => (
                  <option key={one} value={one}>
                    {t('stepMinutes', { count: one })}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </>
      )}
      <WeekTable week={weekOf(windows, step)} step={step} isReadOnly={isReadOnly} onChange={put} />
      <WindowList windows={windows} />
    </fieldset>
  );
}

/** Buttons that draw a usual week: all of it, the hours of an office, none of it. */
function Presets({ step, onPick }: { step: Step; onPick(windows: TimeWindow[]): void }) {
  const always = () =>
    windowsOf(new Set(Array.from({ length: WEEKDAYS.length * slotsOf(step) }, (_, part) => part)), step);
  const office = () => [{ days: WEEKDAYS.slice(0, 5), fromMinute: 480, toMinute: 1080 }];
  const presets = [
    ['always', always],
    ['office', office],
    ['nothing', () => []],
  ] as const;
  return presets.map(([name, windows]) => (
    <button key={name} type="button" class="secondary" onClick={() => onPick(windows())}>
      {t(name)}
    </button>
  ));
}

function WindowList({ windows }: Pick<WeekGridProps, 'windows'>) {
  return (
    <div role="status">
      <ul class="windows">
        {windowTexts({ windows }).map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  );
}
