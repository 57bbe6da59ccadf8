import { WEEKDAYS } from '@countersign/protocol/filters';
import { useRef, useState } from 'preact/hooks';
import { useConsole } from '../shell/context.ts';
import { windowTexts } from './filter.ts';
import { t } from './i18n.ts';
import {
  clockText,
  STEPS,
  type Step,
  slotsOf,
  stepOf,
  type TimeWindow,
  type Week,
  weekOf,
  windowsOf,
} from './rules.ts';

export interface WeekGridProps {
  windows: readonly TimeWindow[];
  id: string;
  isReadOnly: boolean;
  onChange(windows: TimeWindow[]): void;
}

const MOVES: Readonly<Record<string, readonly [day: number, slot: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A week to draw on by mouse, touch or keyboard. Days are columns, so that it fits a phone. */
export function WeekGrid({ windows, id, isReadOnly, onChange }: WeekGridProps) {
  const { lang } = useConsole().texts;
  const found = stepOf(windows);
  const [wanted, setWanted] = useState<Step>(found ?? 60);
  const [at, setAt] = useState(0);
  const grid = useRef<HTMLTableElement>(null);
  /** Whether the current stroke allows or denies. */
  const pen = useRef<boolean>(undefined);
  /** Set after a mouse stroke, so that the click that follows does not toggle the slot again. */
  const hasDrawn = useRef(false);
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
  const slots = slotsOf(step);
  const week = weekOf(windows, step);
  const put = (next: Week) => onChange(windowsOf(next, step));
  const paint = (parts: readonly number[], isAllowed: boolean) => {
    const next = new Set(week);
    for (const part of parts) isAllowed ? next.add(part) : next.delete(part);
    put(next);
  };
  const turn = (parts: readonly number[]) => paint(parts, !parts.every((part) => week.has(part)));
  const ofDay = (day: number) => Array.from({ length: slots }, (_, slot) => day * slots + slot);
  const ofSlot = (slot: number) => WEEKDAYS.map((_, day) => day * slots + slot);
  const isDrawable = (event: PointerEvent) => event.pointerType !== 'touch' && event.button === 0;

  const press = (event: KeyboardEvent, part: number) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const day = (Math.floor(part / slots) + move[0] + WEEKDAYS.length) % WEEKDAYS.length;
    const slot = ((part % slots) + move[1] + slots) % slots;
    const next = day * slots + slot;
    if (event.shiftKey) paint([part, next], week.has(part));
    setAt(next);
    grid.current?.querySelector<HTMLElement>(`[data-part="${next}"]`)?.focus();
  };
  const dayName = (day: number, style: 'long' | 'short') =>
    // 1 January 2024 was a Monday.
    new Intl.DateTimeFormat(lang, { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day));
  const current = Math.min(at, slots * WEEKDAYS.length - 1);
  return (
    <fieldset class="rule-field" aria-describedby={isReadOnly ? undefined : `${id}-hint`}>
      <legend>{t('week')}</legend>
      {!isReadOnly && (
        <>
          <p class="hint above" id={`${id}-hint`}>
            {t('weekHint')}
          </p>
          <div class="week-tools">
            <button
              type="button"
              class="secondary"
              onClick={() => put(new Set(WEEKDAYS.flatMap((_, day) => ofDay(day))))}
            >
              {t('always')}
            </button>
            <button
              type="button"
              class="secondary"
              onClick={() => onChange([{ days: WEEKDAYS.slice(0, 5), fromMinute: 480, toMinute: 1080 }])}
            >
              {t('office')}
            </button>
            <button type="button" class="secondary" onClick={() => onChange([])}>
              {t('nothing')}
            </button>
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
      <table class={step === 60 ? 'week' : 'week fine'} ref={grid} aria-label={t('week')}>
        <thead>
          <tr>
            <td />
            {WEEKDAYS.map((day, nr) => (
              <th key={day} scope="col">
                {isReadOnly ? (
                  dayName(nr, 'short')
                ) : (
                  <button type="button" aria-label={t('wholeDay', { day: t(day) })} onClick={() => turn(ofDay(nr))}>
                    {dayName(nr, 'short')}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: slots }, (_, slot) => clockText(slot * step)).map((time, slot) => (
            <tr key={time}>
              <th scope="row">
                {isReadOnly ? (
                  time
                ) : (
                  <button type="button" aria-label={t('wholeHour', { hour: time })} onClick={() => turn(ofSlot(slot))}>
                    {time}
                  </button>
                )}
              </th>
              {WEEKDAYS.map((day, nr) => {
                const part = nr * slots + slot;
                const isAllowed = week.has(part);
                return (
                  <td key={day}>
                    <button
                      type="button"
                      class={isAllowed ? 'hour allowed' : 'hour'}
                      data-part={part}
                      tabIndex={part === current ? 0 : -1}
                      aria-pressed={isAllowed}
                      aria-disabled={isReadOnly}
                      aria-label={`${t(day)}, ${time}`}
                      onFocus={() => setAt(part)}
                      onKeyDown={(event) => !isReadOnly && press(event, part)}
                      onClick={(event) => {
                        // A keyboard click has `detail` 0; it counts even right after a mouse stroke.
                        if (!isReadOnly && (event.detail === 0 || !hasDrawn.current)) turn([part]);
                        hasDrawn.current = false;
                      }}
                      onPointerDown={(event) => {
                        hasDrawn.current = false;
                        if (isReadOnly || !isDrawable(event)) return;
                        hasDrawn.current = true;
                        pen.current = !isAllowed;
                        const lift = () => {
                          pen.current = undefined;
                        };
                        addEventListener('pointerup', lift, { once: true });
                        paint([part], !isAllowed);
                      }}
                      onPointerEnter={() => pen.current !== undefined && paint([part], pen.current)}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <WindowList windows={windows} />
    </fieldset>
  );
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
