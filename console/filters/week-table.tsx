import { WEEKDAYS } from '@countersign/protocol/filters';
import { useRef, useState } from 'preact/hooks';
import { useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';
import { clockText, type Step, slotsOf, type Week } from './rules.ts';

export interface WeekTableProps {
  week: Week;
  step: Step;
  isReadOnly: boolean;
  onChange(week: Week): void;
}

const MOVES: Readonly<Record<string, readonly [day: number, slot: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The week as a table to draw on. Days are columns, so that it fits a phone. */
export function WeekTable({ week, step, isReadOnly, onChange }: WeekTableProps) {
  const { lang } = useConsole().texts;
  const [at, setAt] = useState(0);
  const table = useRef<HTMLTableElement>(null);
  const stroke = useStroke();
  const slots = slotsOf(step);
  const paint = (parts: readonly number[], isAllowed: boolean) => {
    const next = new Set(week);
    for (const part of parts) isAllowed ? next.add(part) : next.delete(part);
    onChange(next);
  };
  const turn = (parts: readonly number[]) => paint(parts, !parts.every((part) => week.has(part)));
  const press = (event: KeyboardEvent, part: number) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const day = (Math.floor(part / slots) + move[0] + WEEKDAYS.length) % WEEKDAYS.length;
    const slot = ((part % slots) + move[1] + slots) % slots;
    const next = day * slots + slot;
    if (event.shiftKey) paint([part, next], week.has(part));
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-part="${next}"]`)?.focus();
  };
  const dayName = (day: number) =>
    // 1 January 2024 was a Monday.
    new Intl.DateTimeFormat(lang, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day));
  const current = Math.min(at, slots * WEEKDAYS.length - 1);
  return (
    <table class={step === 60 ? 'week' : 'week fine'} ref={table} aria-label={t('week')}>
      <thead>
        <tr>
          <td />
          {WEEKDAYS.map((day, nr) => (
            <Heading
              key={day}
              scope="col"
              text={dayName(nr)}
              label={t('wholeDay', { day: t(day) })}
              isReadOnly={isReadOnly}
              onTurn={() => turn(Array.from({ length: slots }, (_, slot) => nr * slots + slot))}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: slots }, (_, slot) => clockText(slot * step)).map((time, slot) => (
          <tr key={time}>
            <Heading
              scope="row"
              text={time}
              label={t('wholeHour', { hour: time })}
              isReadOnly={isReadOnly}
              onTurn={() => turn(WEEKDAYS.map((_, day) => day * slots + slot))}
            />
            {WEEKDAYS.map((day, nr) => {
              const part = nr * slots + slot;
              return (
                <td key={day}>
                  <Hour
                    label={`${t(day)}, ${time}`}
                    part={part}
                    isCurrent={part === current}
                    isAllowed={week.has(part)}
                    isReadOnly={isReadOnly}
                    stroke={stroke}
                    onFocus={() => setAt(part)}
                    onKeyDown={(event) => press(event, part)}
                    onTurn={() => turn([part])}
                    onPaint={(isAllowed) => paint([part], isAllowed)}
                  />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface HeadingProps {
  scope: 'col' | 'row';
  text: string;
  /** Of the button that turns the whole column or row. */
  label: string;
  isReadOnly: boolean;
  onTurn(): void;
}

function Heading({ scope, text, label, isReadOnly, onTurn }: HeadingProps) {
  return (
    <th scope={scope}>
      {isReadOnly ? (
        text
      ) : (
        <button type="button" aria-label={label} onClick={onTurn}>
          {text}
        </button>
      )}
    </th>
  );
}

/** A stroke with the mouse over several hours. */
interface Stroke {
  /** Whether the stroke that is drawn now allows or denies. */
  pen: { current: boolean | null };
  /** Set after a stroke, so that the click that follows does not toggle the hour again. */
  hasDrawn: { current: boolean };
}

function useStroke(): Stroke {
  return { pen: useRef<boolean | null>(null), hasDrawn: useRef(false) };
}

interface HourProps {
  label: string;
  part: number;
  isCurrent: boolean;
  isAllowed: boolean;
  isReadOnly: boolean;
  stroke: Stroke;
  onFocus(): void;
  onKeyDown(event: KeyboardEvent): void;
  onTurn(): void;
  onPaint(isAllowed: boolean): void;
}

/** One slot of a day. */
function Hour({ label, part, isCurrent, isAllowed, isReadOnly, stroke, ...on }: HourProps) {
  const { pen, hasDrawn } = stroke;
  const isDrawable = (event: PointerEvent) => event.pointerType !== 'touch' && event.button === 0;
  return (
    <button
      type="button"
      class={isAllowed ? 'hour allowed' : 'hour'}
      data-part={part}
      tabIndex={isCurrent ? 0 : -1}
      aria-pressed={isAllowed}
      aria-disabled={isReadOnly}
      aria-label={label}
      onFocus={on.onFocus}
      onKeyDown={(event) => !isReadOnly && on.onKeyDown(event)}
      onClick={(event) => {
        // A keyboard click has `detail` 0; it counts even right after a mouse stroke.
        if (!isReadOnly && (event.detail === 0 || !hasDrawn.current)) on.onTurn();
        hasDrawn.current = false;
      }}
      onPointerDown={(event) => {
        hasDrawn.current = false;
        if (isReadOnly || !isDrawable(event)) return;
        hasDrawn.current = true;
        pen.current = !isAllowed;
        const lift = () => {
          pen.current = null;
        };
        addEventListener('pointerup', lift, { once: true });
        on.onPaint(!isAllowed);
      }}
      onPointerEnter={() => pen.current !== null && on.onPaint(pen.current)}
    />
  );
}
