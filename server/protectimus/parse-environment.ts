import type { SaidTraits } from '../browsers/device-fingerprint/browser-signals.ts';

/**
 * What a client of the dialect says of a browser, as one of ours: it has no fixed form, so the usual names are looked for and
 * the rest is left alone. What has not the expected shape is as if it had not been said.
 */
export function saidEnvironment(json: unknown): SaidTraits {
  const all =
    json !== null && typeof json === 'object' && !Array.isArray(json) ? new Map(Object.entries(json)) : new Map();
  const screen = screenOf(all);
  return {
    language: textOf(first(all, ['language', 'lang', 'languages', 'browserLanguage'])),
    zone: textOf(first(all, ['zone', 'timeZone', 'timezone'])),
    ...(screen && { screen }),
    colourDepth: numberOf(first(all, ['colourDepth', 'colorDepth', 'screenColorDepth'])),
    userAgent: textOf(first(all, ['userAgent', 'useragent', 'browser'])),
  };
}

const LONGEST = 1000;

function first(all: ReadonlyMap<string, unknown>, names: readonly string[]): unknown {
  return names.map((name) => all.get(name)).find((value) => value !== undefined && value !== null);
}

/** Of a list, the first: browsers tell the language that is liked most first. */
function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' ? one.slice(0, LONGEST) : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^[0-9]{1,6}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** `{width, height}`, `1920x1080`, or two names of their own. */
function screenOf(all: ReadonlyMap<string, unknown>): SaidTraits['screen'] {
  const said = first(all, ['screen', 'resolution', 'screenResolution']);
  if (typeof said === 'string') {
    const [, wide, high] = /^([0-9]{1,6}) ?[x×*] ?([0-9]{1,6})$/.exec(said) ?? [];
    return sides(wide, high);
  }
  if (Array.isArray(said)) return sides(said[0], said[1]);
  if (said !== null && typeof said === 'object') {
    const inner = new Map(Object.entries(said));
    return sides(inner.get('width'), inner.get('height'));
  }
  return sides(all.get('screenWidth'), all.get('screenHeight'));
}

function sides(wide: unknown, high: unknown): SaidTraits['screen'] {
  const [width, height] = [numberOf(wide), numberOf(high)];
  return width === undefined || height === undefined ? undefined : { width, height };
}
