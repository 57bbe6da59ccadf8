import { type Appearance, themeOf, variablesOf } from './appearance.ts';

/** Least contrast of text on its background (WCAG 1.4.3), and of a control's edge (1.4.11). */
const READABLE = 4.5;
const DISCERNIBLE = 3;

/** The custom properties of the stylesheet that a site can set, with what follows from them. */
export const LOOK_PROPERTIES = [
  '--card',
  '--text',
  '--muted',
  '--edge',
  '--line',
  '--accent',
  '--on-accent',
  '--mark',
  '--radius',
  '--space',
  '--font',
  '--error',
  '--error-wash',
  '--done',
  '--stroke',
] as const;

type Properties = Partial<Record<(typeof LOOK_PROPERTIES)[number], string>>;

/** Of the theme `contrast`: the same as the stylesheet has for systems that prefer more contrast. */
const MORE_CONTRAST: Properties = {
  '--card': 'var(--light,#ffffff) var(--dark,#000000)',
  '--text': 'var(--light,#000000) var(--dark,#ffffff)',
  '--muted': 'var(--text)',
  '--edge': 'var(--text)',
  '--line': 'var(--text)',
  '--accent': 'var(--light,#0a1a66) var(--dark,#ffe14d)',
  '--on-accent': 'var(--light,#ffffff) var(--dark,#000000)',
  '--error': 'var(--light,#8c0009) var(--dark,#ffc9c4)',
  '--error-wash': 'var(--light,#fdf1f0) var(--dark,#000000)',
  '--done': 'var(--light,#00511f) var(--dark,#9dffbd)',
  '--stroke': '2px',
};

/** A look, from a page or saved at a resource; untrusted. */
export interface RequestedLook {
  theme?: unknown;
  variables?: unknown;
}

/** What a page wants, over what is saved: a page without a theme has the saved one. */
export function overSaved({ theme, variables }: RequestedLook, saved: Appearance): RequestedLook {
  return { theme: theme || saved.theme, variables: { ...saved, ...Object(variables) } };
}

/** How a widget is drawn. */
export interface Look {
  tone: 'light' | 'dark';
  colorScheme: 'light' | 'dark' | 'light dark';
  properties: Properties;
}

/** Decides how a widget is drawn, from a site's theme and variables, which are untrusted. */
export function lookOf(given: RequestedLook, isSystemDark: boolean): Look {
  const theme = themeOf(given.theme);
  const { accent, background, text, radius, spacing, font } = variablesOf(given.variables);
  const scheme = theme === 'light' || theme === 'dark' ? theme : undefined;
  const hasOwnColours = background !== undefined && text !== undefined && contrast(background, text) >= READABLE;
  const prefersDark = scheme ? scheme === 'dark' : isSystemDark;
  const isDark = hasOwnColours ? luminance(background) < 0.18 : prefersDark;
  const card = hasOwnColours ? background : isDark ? '#14161b' : '#ffffff';
  return {
    tone: isDark ? 'dark' : 'light',
    colorScheme: scheme ?? 'light dark',
    properties: {
      ...(theme === 'contrast' && MORE_CONTRAST),
      ...(hasOwnColours && {
        '--card': background,
        '--text': text,
        '--muted': firstReadable(text, background, [0.68, 0.8, 0.9]),
        '--edge': mix(text, background, 0.55),
        '--line': mix(text, background, 0.14),
      }),
      ...(accent && {
        '--accent': accent,
        '--on-accent': contrast(accent, '#ffffff') >= READABLE ? '#ffffff' : '#000000',
        // A focus ring or mark that hardly differs from the card uses the text colour instead.
        '--mark': contrast(accent, card) >= DISCERNIBLE ? accent : 'var(--text)',
      }),
      ...(radius && { '--radius': radius }),
      ...(spacing && { '--space': spacing }),
      ...(font && { '--font': font }),
    },
  };
}

/** The colours of error messages, by tone, as in `tokens.css`. */
const ERROR = { light: '#b3261e', dark: '#ffb3ab' } as const;
const CARD = { light: '#ffffff', dark: '#14161b' } as const;

/** Two colours that differ too little in a theme: the text, the buttons or the error messages on the card. */
export interface ContrastFlaw {
  of: 'text' | 'accent' | 'error';
  tone: Look['tone'];
  /** WCAG contrast ratio, below `least`. */
  ratio: number;
  least: number;
}

/** What WCAG 2.2 AA finds too close in a look (1.4.3, 1.4.11), in the light and in the dark theme. */
export function contrastFlaws({ theme, ...variables }: Appearance): ContrastFlaw[] {
  const looks = [false, true].map((isSystemDark) => lookOf({ theme, variables }, isSystemDark));
  const { accent, background, text } = variablesOf(variables);
  const flaws = looks.flatMap(({ tone, properties }) => {
    const card = properties['--card'] === background && background ? background : CARD[tone];
    return [
      ...(background && text
        ? [{ of: 'text', tone, ratio: contrast(background, text), least: READABLE } as const]
        : []),
      ...(accent ? [{ of: 'accent', tone, ratio: contrast(accent, card), least: DISCERNIBLE } as const] : []),
      { of: 'error', tone, ratio: contrast(ERROR[tone], card), least: READABLE } as const,
    ].filter(({ ratio, least }) => ratio < least);
  });
  // Colours of its own, or a fixed theme, make both the same.
  return flaws.filter((flaw, at) => at === flaws.findIndex(({ of, tone }) => of === flaw.of && tone === flaw.tone));
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
function luminance(colour: string): number {
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
