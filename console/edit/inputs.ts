import type { ComponentChildren } from 'preact';
import type { Fields } from '../service/conflict.ts';
import { t } from '../shell/i18n.ts';

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** A choice for each value of an enumeration of the API, in this order. */
export function choicesOf<Value extends string>(texts: Readonly<Record<Value, Omit<Choice, 'value'>>>): Choice[] {
  return Object.entries<Omit<Choice, 'value'>>(texts).map(([value, text]) => ({ value, ...text }));
}

interface InputBase {
  /** Name of the field in the API. */
  name: string;
  label: string;
  hint?: string;
}

/** The parsed entry of a list, or why it is refused. */
export type Entry = { value: string } | { mistake: string };

/** An input of a form, and the JSON value that it produces. */
export type Input = InputBase &
  /** `without` is the label for null, if null is allowed. `check` returns any further error. */
  (
    | { kind: 'text'; max: number; autocomplete?: string; without?: string; check?(text: string): string | undefined }
    /** `without` is the label for null, if null is allowed. */
    | { kind: 'number'; min: number; max: number; without?: string; initial?: number }
    /** Milliseconds. `without` is the label for null, if null is allowed. */
    | { kind: 'duration'; min: number; max: number; without?: string; initial?: number }
    | { kind: 'toggle' }
    /** `without` is the label for null, if null is allowed. */
    | { kind: 'select'; choices: readonly Choice[]; without?: string }
    /** One of a few choices, each with its explanation. */
    | { kind: 'one-of'; choices: readonly Choice[] }
    /**
     * Any of these strings. `without` is the label for null, which stands for none chosen. `isExcluded`: the values of
     * the other inputs do not allow this one.
     */
    | {
        kind: 'some-of';
        choices: readonly Choice[];
        isNeeded?: boolean;
        without?: string;
        isExcluded?(choice: string, values: Fields): boolean;
      }
    /** Strings that the user types. */
    | { kind: 'list'; maxItems: number; placeholder: string; read(text: string): Entry }
    /**
     * Milliseconds since 1970; `isFuture`: later than now, by at most `maxAheadMs`. `without` is the label for null, if
     * null is allowed.
     */
    | { kind: 'instant'; without?: string; isFuture?: boolean; maxAheadMs?: number }
    /** Null, or an object with fields of its own; `initial` is the value when it is switched on. */
    | { kind: 'group'; inputs: readonly Input[]; initial: Fields }
    /** An object of numbers from 0 to `max`. */
    | { kind: 'weights'; max: number; labels: Readonly<Record<string, string>> }
    /** An input that a single page draws, formats and validates. */
    | {
        kind: 'part';
        draw(props: InputViewProps): ComponentChildren;
        text(value: unknown): string;
        check?(value: unknown): string | undefined;
      }
  );

export interface InputViewProps<Kind extends Input = Input> {
  input: Kind;
  id: string;
  value: unknown;
  /** Of all inputs of the form, unless the input stands alone. */
  values?: Fields;
  error: string | undefined;
  isReadOnly: boolean;
  /** Whether the input is marked as changed. */
  isChanged: boolean;
  onChange(value: unknown): void;
}

export interface Section {
  /** Id of its element, for links to it. */
  id?: string;
  title: string;
  text?: string;
  inputs: readonly Input[];
  /** Shown below the inputs. */
  foot?: ComponentChildren;
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Returns the error message of a value, or undefined if the console finds no error.
 *
 * @param now the device's clock; the service decides about instants close to it
 */
export function validateInput(input: Input, value: unknown, now = Date.now()): string | undefined {
  switch (input.kind) {
    case 'text': {
      const text = String(value ?? '');
      if (text.trim() === '') return input.without === undefined ? t('missing') : undefined;
      if (CONTROL.test(text)) return t('oneLine');
      return [...text].length > input.max ? t('tooLong', { max: input.max }) : input.check?.(text);
    }
    case 'number':
      if (value === null && input.without !== undefined) return undefined;
      return isWithin(value, input) ? undefined : t('notANumber', { min: input.min, max: input.max });
    case 'duration':
      if (value === null && input.without !== undefined) return undefined;
      return isWithin(value, input)
        ? undefined
        : t('durationRange', { min: durationText(input.min), max: durationText(input.max) });
    case 'instant':
      if (value === null) return input.without === undefined ? t('missing') : undefined;
      if (input.isFuture && Number(value) <= now) return t('inThePast');
      if (input.maxAheadMs === undefined || Number(value) - now <= input.maxAheadMs) return undefined;
      return t('tooFar', { max: durationText(input.maxAheadMs) });
    case 'some-of':
      return input.isNeeded && ((value ?? []) as unknown[]).length === 0 ? t('chooseOne') : undefined;
    case 'group': {
      if (value === null) return undefined;
      const inner = value as Fields;
      return input.inputs.map((one) => validateInput(one, inner[one.name], now)).find((one) => one !== undefined);
    }
    case 'weights':
      return Object.values(value as Fields).every((one) => isWithin(one, { min: 0, max: input.max }))
        ? undefined
        : t('notANumber', { min: 0, max: input.max });
    case 'part':
      return input.check?.(value);
    default:
      return undefined;
  }
}

function isWithin(value: unknown, { min, max }: { min: number; max: number }): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

/** Formats a value for the choice between two versions. */
export function valueText(input: Input, value: unknown): string {
  if (value === null || value === undefined) return 'without' in input ? (input.without ?? t('none')) : t('off');
  switch (input.kind) {
    case 'toggle':
      return t(value ? 'on' : 'off');
    case 'select':
    case 'one-of':
      return input.choices.find((choice) => choice.value === value)?.label ?? String(value);
    case 'some-of':
      return listText((value as string[]).map((one) => input.choices.find((two) => two.value === one)?.label ?? one));
    case 'list':
      return listText(value as string[]);
    case 'duration':
      return durationText(Number(value));
    case 'instant':
      return new Date(Number(value)).toLocaleString();
    case 'group':
      return input.inputs.map((one) => `${one.label}: ${valueText(one, (value as Fields)[one.name])}`).join('; ');
    case 'weights':
      return Object.entries(value as Fields)
        .map(([name, weight]) => `${input.labels[name] ?? name} ${weight}`)
        .join(', ');
    case 'part':
      return input.text(value);
    default:
      return String(value);
  }
}

function listText(values: readonly string[]): string {
  return values.length === 0 ? t('listEmpty') : values.join(', ');
}

export const UNITS = [
  { word: 'unitD', ms: 86_400_000 },
  { word: 'unitH', ms: 3_600_000 },
  { word: 'unitMin', ms: 60_000 },
  { word: 'unitS', ms: 1_000 },
  { word: 'unitMs', ms: 1 },
] as const;

/** The largest unit that divides the duration. */
export function unitOf(ms: number): (typeof UNITS)[number] {
  return UNITS.find((unit) => ms >= unit.ms && ms % unit.ms === 0) ?? UNITS[4];
}

export function durationText(ms: number): string {
  const unit = unitOf(ms);
  return `${ms / unit.ms} ${t(unit.word)}`;
}
