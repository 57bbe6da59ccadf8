import { type Appearance, THEMES, VARIABLE_SHAPES, type VariableName } from '@countersign/protocol/appearance';
import { LINK_NAMES, type LinkName, type Links, MAX_LINK_LENGTH } from '@countersign/protocol/links';
import { z } from '@hono/zod-openapi';

/** A BCP 47 tag. A language that the sign-in does not have is shown in English. */
const LOCALE = /^[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3}$/;

const variable = (name: VariableName, description: string, example: string) =>
  z.string().regex(VARIABLE_SHAPES[name]).nullable().openapi({ description, example });

const appearance = {
  theme: z.enum(THEMES).openapi({ description: 'The theme. `auto` follows the device of the user.' }),
  locale: z.string().regex(LOCALE).nullable().openapi({
    description:
      'The language of the sign-in, of hosted pages and of mails, where neither the page nor the user names one. Null: the language of the browser.',
    example: 'de',
  }),
  accent: variable('accent', 'The colour of buttons, as `#rgb` or `#rrggbb`.', '#1f6f54'),
  background: variable('background', 'The colour of the card. It counts together with `text`.', '#fffdf7'),
  text: variable('text', 'The colour of the text on the card. It counts together with `background`.', '#20251f'),
  radius: variable('radius', 'How round the corners are, `0px` to `24px`.', '6px'),
  spacing: variable('spacing', 'The space between the edge of the card and its content, `8px` to `40px`.', '24px'),
  font: variable('font', 'Names of fonts on the device of the user.', 'Georgia, serif'),
  footer: z.boolean().openapi({ description: 'Whether "Secured by Countersign" is shown.' }),
};
const ABOUT_APPEARANCE =
  'How the sign-in, the hosted pages and the mails of the resource look. The options of a page win over it. Null: the usual look.';

/** In a request: what is missing has the usual look. */
export const appearanceInput = z
  .strictObject({
    ...appearance,
    theme: appearance.theme.default('auto'),
    locale: appearance.locale.default(null),
    accent: appearance.accent.default(null),
    background: appearance.background.default(null),
    text: appearance.text.default(null),
    radius: appearance.radius.default(null),
    spacing: appearance.spacing.default(null),
    font: appearance.font.default(null),
    footer: appearance.footer.default(true),
  })
  .openapi('AppearanceInput', { description: ABOUT_APPEARANCE });
export const appearanceView = z.object(appearance).openapi('Appearance', { description: ABOUT_APPEARANCE });

const link = (description: string, example: string) =>
  z.string().max(MAX_LINK_LENGTH).nullable().openapi({ description, example });
const links = {
  privacy: link('The privacy policy, an https URL.', 'https://shop.example/privacy'),
  terms: link('The terms of use, an https URL.', 'https://shop.example/terms'),
  help: link('The help, an https URL.', 'https://shop.example/help'),
  support: link('Where users get help: an https URL, `mailto:` or `tel:`.', 'mailto:help@shop.example'),
} satisfies Record<LinkName, unknown>;
const ABOUT_LINKS = 'Links below the sign-in, on the hosted pages and in mails. Null: there are none.';

/** In a request. The addresses are checked with the settings. */
export const linksInput = z
  .strictObject({
    privacy: links.privacy.default(null),
    terms: links.terms.default(null),
    help: links.help.default(null),
    support: links.support.default(null),
  })
  .openapi('LinksInput', { description: ABOUT_LINKS });
export const linksView = z.object(links).openapi('Links', { description: ABOUT_LINKS });

/** What is stored of a look: only what differs from the usual one. Undefined: nothing does. */
export function appearanceOf(given: z.output<typeof appearanceInput> | null): Appearance | undefined {
  if (!given) return undefined;
  const { theme, footer, ...rest } = given;
  const stored: Appearance = {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
    ...(theme !== 'auto' && { theme }),
    ...(!footer && { footer }),
  };
  return Object.keys(stored).length === 0 ? undefined : stored;
}

export function presentAppearance(stored: Appearance | undefined): z.input<typeof appearanceView> | null {
  if (!stored) return null;
  const { theme = 'auto', locale = null, footer = true } = stored;
  const { accent = null, background = null, text = null, radius = null, spacing = null, font = null } = stored;
  return { theme, locale, accent, background, text, radius, spacing, font, footer };
}

/** What is stored of links. Undefined: there are none. */
export function linksFrom(given: z.output<typeof linksInput> | null): Links | undefined {
  const stored = Object.fromEntries(Object.entries({ ...given }).filter(([, href]) => href !== null));
  return Object.keys(stored).length === 0 ? undefined : stored;
}

export function presentLinks(stored: Links | undefined): z.input<typeof linksView> | null {
  if (!stored) return null;
  return Object.fromEntries(LINK_NAMES.map((name) => [name, stored[name] ?? null])) as z.input<typeof linksView>;
}
