import { themeOf, variablesOf } from '@countersign/protocol/appearance';
import type { Look } from './widget.tsx';

/** The look being previewed; empty for the default. */
export interface LookSettings {
  theme: string;
  locale: string;
  accent: string;
  background: string;
  text: string;
  radius: string;
  font: string;
}

export const DEFAULT: LookSettings = {
  theme: 'auto',
  locale: 'auto',
  accent: '',
  background: '',
  text: '',
  radius: '',
  font: '',
};

/** The chosen options, without those that the widget would refuse. */
export function lookOf({ theme, locale, ...rest }: LookSettings): Look {
  const variables = variablesOf(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '')));
  return {
    theme: themeOf(theme),
    locale: /^[A-Za-z-]{2,35}$/.test(locale) ? locale : 'auto',
    variables,
  };
}

/** The options as code for a page; empty for the default look. */
export function optionsText({ theme, locale, variables = {} }: Look): string {
  const lines = [
    ...(theme === undefined || theme === 'auto' ? [] : [`theme: '${theme}',`]),
    ...(locale === undefined || locale === 'auto' ? [] : [`locale: '${locale}',`]),
    ...(Object.keys(variables).length === 0
      ? []
      : [
          `variables: { ${Object.entries(variables)
            .map(([name, value]) => `${name}: '${value}'`)
            .join(', ')} },`,
        ]),
  ];
  return lines.join('\n');
}

/** Contrast ratio from 1 to 21 (WCAG 2.2, 1.4.3). */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, '$&$&') : colour;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
