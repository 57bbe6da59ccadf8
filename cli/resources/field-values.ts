import { readFileSync } from 'node:fs';
import { UsageError } from '../connection/service.ts';
import { readGrants } from './grants.ts';
import type { Flag, FlagType } from './resource-command.ts';
import { readTimeWindows } from './time-windows.ts';

/** Reads a flag's text; undefined if it is not of the type. */
type Reader = (text: string) => unknown;

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const READERS: Record<FlagType, { read: Reader; shape: string; placeholder: string }> = {
  text: { read: (text) => (text === 'none' ? null : text), shape: 'text', placeholder: 'text' },
  user: { read: (text) => (text === 'none' ? null : text), shape: 'text', placeholder: 'id or name' },
  number: { read: number, shape: 'a number', placeholder: 'number' },
  boolean: {
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    shape: 'true or false',
    placeholder: 'true|false',
  },
  json: { read: json, shape: 'JSON', placeholder: 'json' },
  time: { read: instant, shape: 'a date such as 2026-01-31 or 2026-01-31T12:00Z', placeholder: 'date' },
  duration: {
    read: (text) => (text === 'none' ? null : duration(text)),
    shape: 'a time span such as 90d, 12h, 15m or 30s',
    placeholder: 'span',
  },
  list: { read: list, shape: 'a list', placeholder: 'a,b' },
  narrowing: { read: (text) => (text === 'none' ? null : list(text)), shape: 'a list', placeholder: 'a,b' },
  grants: {
    read: (text) => readGrants(list(text)),
    shape: 'resources such as res_…,res_…:assigned',
    placeholder: 'res_…,res_…',
  },
  windows: {
    read: readTimeWindows,
    shape: 'times such as "mon-fri 08:00-18:00; sat 09:00-12:00"',
    placeholder: 'times',
  },
  deliveries: { read: (text) => (text === 'dead' ? text : list(text)), shape: 'a list', placeholder: 'a,b|dead' },
  file: { read: fileAsBase64, shape: 'a file that can be read', placeholder: 'file' },
  removal: { read: (text) => (text === 'none' ? null : undefined), shape: '`none`', placeholder: 'none' },
  secret: { read: (text) => text, shape: 'text', placeholder: '' },
  'secret-json': { read: (text) => (text.startsWith('{') ? json(text) : text), shape: 'JSON or text', placeholder: '' },
  secrets: { read: (text) => text.split(/\s+/).filter(Boolean), shape: 'several', placeholder: '' },
};

/**
 * The value of a flag in a request. `none` clears a field.
 *
 * @throws UsageError if the text is not of the flag's type; the message does not repeat the text
 */
export function flagValue({ flag, type }: Pick<Flag, 'flag' | 'type'>, text: string): unknown {
  const { read, shape } = READERS[type];
  const value = read(text);
  if (value === undefined) throw new UsageError(`--${flag}: not ${shape}`);
  return value;
}

/**
 * The value of a filter. There is nothing to clear, so a name may be `none`.
 *
 * @throws UsageError as `flagValue` does
 */
export function filterValue(flag: Pick<Flag, 'flag' | 'type'>, text: string): unknown {
  return flagValue(flag, text) ?? text;
}

/** True if the value comes from standard input, so that the flag takes no text. */
export function isFromInput({ type }: Pick<Flag, 'type'>): boolean {
  return READERS[type].placeholder === '';
}

/** `--name <text>`, as commander takes it. */
export function optionOf(flag: Pick<Flag, 'flag' | 'type'>): string {
  return isFromInput(flag) ? `--${flag.flag}` : `--${flag.flag} <${READERS[flag.type].placeholder}>`;
}

/** commander's name for a flag: `first-name` is `firstName`. */
export function optionName(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function number(text: string): number | undefined {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function fileAsBase64(path: string): string | undefined {
  try {
    return readFileSync(path).toString('base64');
  } catch {
    return undefined;
  }
}

function instant(text: string): number | undefined {
  const at = /^\d{5,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

function duration(text: string): number | undefined {
  const [, digits, unit = 'ms'] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS[unit as keyof typeof UNITS];
}

function list(text: string): string[] {
  return text === '' || text === 'none' ? [] : text.split(',').map((one) => one.trim());
}
