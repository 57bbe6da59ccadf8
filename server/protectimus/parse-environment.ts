import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ReportedTraits } from '../browsers/device-fingerprint/browser-signals.ts';

/**
 * Parses a client's description of a browser. It has no fixed form, so the usual names are read and the rest is
 * ignored; a value of the wrong type counts as absent.
 */
export function parseEnvironment(json: unknown): ReportedTraits {
  const all =
    json !== null && typeof json === 'object' && !Array.isArray(json) ? new Map(Object.entries(json)) : new Map();
  const screen = screenOf(all);
  return {
    language: textOf(first(all, ['language', 'lang', 'languages', 'browserLanguage'])),
    zone: textOf(first(all, ['zone', 'timeZone', 'timezone'])),
    ...omitUndefined({ screen }),
    colourDepth: numberOf(first(all, ['colourDepth', 'colorDepth', 'screenColorDepth'])),
    userAgent: textOf(first(all, ['userAgent', 'useragent', 'browser'])),
  };
}

const LONGEST = 1000;

function first(all: ReadonlyMap<string, unknown>, names: readonly string[]): unknown {
  return names.map((name) => all.get(name)).find((value) => value !== undefined && value !== null);
}

/** The first of a list: browsers list the preferred language first. */
function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' ? one.slice(0, LONGEST) : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[0-9]{1,6}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** `{width, height}`, `1920x1080`, or two separate names. */
function screenOf(all: ReadonlyMap<string, unknown>): ReportedTraits['screen'] {
  const reported = first(all, ['screen', 'resolution', 'screenResolution']);
  if (typeof reported === 'string') {
    const [, wide, high] = /^([0-9]{1,6}) ?[x×*] ?([0-9]{1,6})$/.exec(reported) ?? [];
    return sides(wide, high);
  }
  if (Array.isArray(reported)) return sides(reported[0], reported[1]);
  if (reported !== null && typeof reported === 'object') {
    const inner = new Map(Object.entries(reported));
    return sides(inner.get('width'), inner.get('height'));
  }
  return sides(all.get('screenWidth'), all.get('screenHeight'));
}

function sides(wide: unknown, high: unknown): ReportedTraits['screen'] {
  const [width, height] = [numberOf(wide), numberOf(high)];
  return width === undefined || height === undefined ? undefined : { width, height };
}
