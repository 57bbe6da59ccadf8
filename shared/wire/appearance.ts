import type { LinkName } from './links.ts';

/**
 * How a site may style the sign-in: a theme and a fixed set of variables, saved at the resource or given by the page.
 * Values are data, never CSS text: only values in each variable's own format are accepted.
 */
export const THEMES = ['auto', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

/** Opaque colours only: a transparent form allows clickjacking. Without flags, which the OpenAPI document cannot state. */
const COLOUR = /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/;

export const VARIABLE_SHAPES = {
  /** Button and focus colour. The frame chooses a readable text colour on it. */
  accent: COLOUR,
  /** The card, and the text on it. Used together, and only if their contrast is at least 4.5 to 1. */
  background: COLOUR,
  text: COLOUR,
  /** Corners: `0px` to `24px`. */
  radius: /^(?:1?\d|2[0-4])px$/,
  /** Between the card's edge and its content: `8px` to `40px`. */
  spacing: /^(?:[89]|[1-3]\d|40)px$/,
  /** Names of fonts on the user's device, unquoted: `Inter, Segoe UI, sans-serif`. */
  font: /^[a-zA-Z0-9][a-zA-Z0-9 ,-]{0,119}$/,
};

export type VariableName = keyof typeof VARIABLE_SHAPES;
export type Variables = { [Name in VariableName]?: string };

/** What the frame's document says of a resource: its look, with its links. */
export type SavedLook = Appearance & { links?: Partial<Record<LinkName | 'back', string>> };

/** What a resource has of its own, on every page and in every mail. The options of a page win over it. */
export interface Appearance extends Variables {
  /** Absent: `auto`. */
  theme?: Theme;
  /** A BCP 47 tag. Absent: the language of the page or the browser. */
  locale?: string;
  /** False: without "Secured by Countersign". Absent: with it. */
  footer?: boolean;
}

/** The known variables with a value in their format. */
export function variablesOf(given: unknown): Variables {
  return Object.fromEntries(
    Object.entries(Object(given)).filter(
      ([name, value]) =>
        Object.hasOwn(VARIABLE_SHAPES, name) &&
        typeof value === 'string' &&
        VARIABLE_SHAPES[name as VariableName].test(value),
    ),
  );
}

export function themeOf(given: unknown): Theme {
  return THEMES.find((theme) => theme === given) ?? 'auto';
}
