import { themeOf, variablesOf } from '@countersign/protocol/appearance';
import type { FrameAppearance } from '@countersign/protocol/frame-protocol';

/** Least contrast of text on its background (WCAG 1.4.3), and of a control's edge (1.4.11). */
const READABLE = 4.5;
const DISCERNIBLE = 3;

/** Applies the look to the document, through CSSOM only: the frame's CSP forbids style attributes. */
export function applyLook(look: FrameAppearance, root: HTMLElement, matches: (query: string) => boolean): void {
  const theme = themeOf(look.theme);
  const { accent, background, text, radius, font } = variablesOf(look.variables);
  const hasOwnColours = background !== undefined && text !== undefined && contrast(background, text) >= READABLE;
  const scheme = theme === 'light' || theme === 'dark' ? theme : undefined;
  const prefersDark = scheme ? scheme === 'dark' : matches('(prefers-color-scheme: dark)');
  const isDark = hasOwnColours ? luminance(background) < 0.18 : prefersDark;

  root.dataset.tone = isDark ? 'dark' : 'light';
  root.dataset.contrast = theme === 'contrast' || matches('(prefers-contrast: more)') ? 'more' : 'normal';
  const card = hasOwnColours ? background : isDark ? '#14161b' : '#ffffff';
  const set = (name: string, value: string | undefined) =>
    value === undefined ? root.style.removeProperty(name) : root.style.setProperty(name, value);

  set('color-scheme', scheme ?? 'light dark');
  set('--card', hasOwnColours ? background : undefined);
  set('--text', hasOwnColours ? text : undefined);
  set('--muted', hasOwnColours ? firstReadable(text, background, [0.68, 0.8, 0.9]) : undefined);
  set('--edge', hasOwnColours ? mix(text, background, 0.55) : undefined);
  set('--line', hasOwnColours ? mix(text, background, 0.14) : undefined);
  set('--accent', accent);
  set('--on-accent', accent && (contrast(accent, '#ffffff') >= READABLE ? '#ffffff' : '#000000'));
  // A focus ring or mark that hardly differs from the card uses the text colour instead.
  set('--mark', accent && (contrast(accent, card) >= DISCERNIBLE ? accent : 'var(--text)'));
  set('--radius', radius);
  set('--font', font);
}

function firstReadable(text: string, background: string, shares: number[]): string {
  const mixed = shares.map((share) => mix(text, background, share));
  return mixed.find((colour) => contrast(colour, background) >= READABLE) ?? text;
}

/** Converts `#rgb` or `#rrggbb` to channels of 0 to 255. */
function channels(colour: string): [number, number, number] {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  const number = Number.parseInt(digits, 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** WCAG 2.2 relative luminance, 0 to 1. */
export function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2 contrast ratio, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function mix(one: string, other: string, share: number): string {
  const rest = channels(other);
  const mixed = channels(one).map((channel, index) => Math.round(channel * share + (rest[index] ?? 0) * (1 - share)));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
