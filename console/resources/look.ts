import { type Appearance, variablesOf } from '@countersign/protocol/appearance';
import { type Links, linksOf } from '@countersign/protocol/links';
import type { AppearanceView, LinksView } from './resource.ts';
import type { Look } from './widget.tsx';

/** What the API shows of a resource without a look of its own. */
export const USUAL: AppearanceView = {
  theme: 'auto',
  locale: null,
  accent: null,
  background: null,
  text: null,
  radius: null,
  spacing: null,
  font: null,
  footer: true,
};
export const NO_LINKS: LinksView = { privacy: null, terms: null, help: null, support: null };

/** Null if every value is the usual one, as the API has it. */
export function orNull<T extends object>(values: T, usual: T): T | null {
  return JSON.stringify(values) === JSON.stringify(usual) ? null : values;
}

/** The look as it is stored. */
export function appearanceOf(values: AppearanceView): Appearance {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/**
 * The look for a preview, before it is saved: every value is stated, because the frame has the saved one for what the
 * page leaves open.
 */
export function previewOf(values: AppearanceView, links: LinksView, browserLanguage: string): Look {
  const { theme, locale, footer, ...rest } = values;
  const known = variablesOf(rest);
  const stated = Object.fromEntries(Object.keys(rest).map((name) => [name, known[name as keyof typeof known] ?? '']));
  const variables: object = { ...stated, footer, links: linksOf(links) satisfies Links };
  return { theme, locale: locale ?? browserLanguage, variables };
}
