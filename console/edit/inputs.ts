import type { ComponentChildren } from 'preact';
import type { Fields } from '../service/conflict.ts';
import { t } from '../shell/i18n.ts';

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

interface InputBase {
  /** As the API calls it. */
  name: string;
  label: string;
  hint?: string;
}

/** What an entry of a list is taken as, or why it is not. */
export type Entry = { value: string } | { mistake: string };

/** What is asked for, and what of JSON the answer is. */
export type Input = InputBase &
  /** With `without` it may be null, which is called that. `check` answers what else is wrong with it. */
  (
    | { kind: 'text'; max: number; autocomplete?: string; without?: string; check?(text: string): string | undefined }
    | { kind: 'number'; min: number; max: number }
    /** Milliseconds. With `without` it may be null, which is called that. */
    | { kind: 'duration'; min: number; max: number; without?: string; initial?: number }
    | { kind: 'toggle' }
    /** With `without` it may be null, which is called that. */
    | { kind: 'select'; choices: readonly Choice[]; without?: string }
    /** One of few, each with its meaning beside it. */
    | { kind: 'one-of'; choices: readonly Choice[] }
    /** Any of these: texts. With `without` it is null when none is chosen, which is called that. */
    | { kind: 'some-of'; choices: readonly Choice[]; isNeeded?: boolean; without?: string }
    /** Texts that the person writes. */
    | { kind: 'list'; most: number; placeholder: string; read(text: string): Entry }
    /** Milliseconds since 1970, with `isAhead` of the future. With `without` it may be null, which is called that. */
    | { kind: 'instant'; without?: string; isAhead?: boolean; withinMs?: number }
    /** Null, or an object with fields of its own; `initial` when it is switched on. */
    | { kind: 'group'; inputs: readonly Input[]; initial: Fields }
    /** An object with numbers of 0 to `max`. */
    | { kind: 'weights'; max: number; labels: Readonly<Record<string, string>> }
    /** What only one room asks for: it draws it, tells it, and says what is wrong with it. */
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
  error: string | undefined;
  isReadOnly: boolean;
  /** Where it is marked as changed. */
  isChanged: boolean;
  onChange(value: unknown): void;
}

export interface Section {
  title: string;
  text?: string;
  inputs: readonly Input[];
  /** Below them. */
  foot?: ComponentChildren;
}

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * What is wrong with a value, in words; undefined: nothing that could be seen from here.
 *
 * @param now by the device's clock: what is near it is for the service to judge
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
      return isWithin(value, input) ? undefined : t('notANumber', { min: input.min, max: input.max });
    case 'duration':
      if (value === null && input.without !== undefined) return undefined;
      return isWithin(value, input)
        ? undefined
        : t('durationRange', { min: durationText(input.min), max: durationText(input.max) });
    case 'instant':
      if (value === null) return input.without === undefined ? t('missing') : undefined;
      if (input.isAhead && Number(value) <= now) return t('inThePast');
      if (input.withinMs === undefined || Number(value) - now <= input.withinMs) return undefined;
      return t('tooFar', { max: durationText(input.withinMs) });
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

/** A value as it is told to somebody who is asked which of two shall stay. */
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

/** The largest unit that it is a whole number of. */
export function unitOf(ms: number): (typeof UNITS)[number] {
  return UNITS.find((unit) => ms >= unit.ms && ms % unit.ms === 0) ?? UNITS[4];
}

export function durationText(ms: number): string {
  const unit = unitOf(ms);
  return `${ms / unit.ms} ${t(unit.word)}`;
}
