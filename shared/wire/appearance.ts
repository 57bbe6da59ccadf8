/**
 * How a host page may style the widget: a theme and a fixed set of variables. Values are data, never CSS text: the
 * frame accepts only values in each variable's own format.
 */
export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** Opaque colours only: a transparent form allows clickjacking. */
const COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

const SHAPES = {
  /** Button and focus colour. The frame chooses a readable text colour on it. */
  accent: COLOUR,
  /** The card, and the text on it. Used together, and only if their contrast is at least 4.5 to 1. */
  background: COLOUR,
  text: COLOUR,
  /** Corners: `0px` to `24px`. */
  radius: /^(?:1?\d|2[0-4])px$/,
  /** Names of fonts on the user's device, unquoted: `Inter, Segoe UI, sans-serif`. */
  font: /^[a-z0-9][a-z0-9 ,-]{0,119}$/i,
};

export type VariableName = keyof typeof SHAPES;
export type Variables = { [Name in VariableName]?: string };

/** The known variables with a value in their format. */
export function variablesOf(given: unknown): Variables {
  return Object.fromEntries(
    Object.entries(Object(given)).filter(
      ([name, value]) =>
        Object.hasOwn(SHAPES, name) && typeof value === 'string' && SHAPES[name as VariableName].test(value),
    ),
  );
}

export function themeOf(given: unknown): Theme {
  return THEMES.find((theme) => theme === given) ?? 'auto';
}
