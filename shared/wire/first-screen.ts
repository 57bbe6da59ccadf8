import type { SavedLook } from './appearance.ts';
import { escapeHtml } from './escape-html.ts';
import { LINK_NAMES, type LinkName } from './links.ts';

/**
 * The frame's first screen as HTML, which the build renders with the widget's own components. The service puts it into
 * the frame's document, so that the form is painted before any script runs.
 */
export interface FirstScreens {
  /** Paths of scripts that some documents need next: the browser fetches them together with the frame's own. */
  scripts: { passkeys: string[]; appearance: string[]; standalone: string[]; ownTexts: string[] };
  /** With `%text.key%` in place of each text, for resources with texts of their own. */
  template: FirstScreenLanguage;
  /** By the primary subtag of the language. */
  languages: Record<string, FirstScreenLanguage>;
}

export interface FirstScreenLanguage {
  dir: 'ltr' | 'rtl';
  /** Paths of the scripts with the texts; none for English, which the frame has. */
  texts: string[];
  /** By `cardName`, with `SLOTS`. */
  cards: Record<string, string>;
  bodies: Record<FirstScreenBody, string>;
  /** Each link of the site, with a slot for its address. */
  links: Record<LinkName, string>;
  /** The mark of the service below the links. */
  mark: string;
}

/** The login form without and with a button for passkeys; `loading` if the first step is not known yet. */
export const FIRST_SCREEN_BODIES = ['identify', 'passkey', 'loading'] as const;
export type FirstScreenBody = (typeof FIRST_SCREEN_BODIES)[number];

/** The parts of a card that depend on the resource or the page. */
export interface CardParts {
  hasLogo: boolean;
  isTest: boolean;
  isClosable: boolean;
}

export function cardName({ hasLogo, isTest, isClosable }: CardParts): string {
  return [hasLogo && 'logo', isTest && 'test', isClosable && 'close'].filter(Boolean).join(' ');
}

/** Where the values go. The build fails if a text of the card contains one. */
export const SLOTS = { name: '%name%', logo: '%logo%', body: '%body%', foot: '%foot%', href: '%href%' } as const;

export interface FirstScreen {
  body: FirstScreenBody;
  /** The resource's name, as its administrators wrote it. */
  name: string;
  /** Path of the resource's logo. */
  logo: string | undefined;
  isTest: boolean;
  isClosable: boolean;
  saved: SavedLook | undefined;
}

/**
 * The template with these texts.
 *
 * @param say the text of a key in the widget's `sign-in`
 */
export function fillTemplate(template: FirstScreenLanguage, say: (key: string) => string): FirstScreenLanguage {
  // A slot in a text stays text.
  const fill = (html: string) =>
    html.replaceAll(/%text\.(\w+)%/g, (_, key: string) => escapeHtml(say(key)).replaceAll('%', '&#37;'));
  const fillAll = <T extends Record<string, string>>(parts: T) =>
    Object.fromEntries(Object.entries(parts).map(([name, html]) => [name, fill(html)])) as T;
  const { cards, bodies, links, mark } = template;
  return { ...template, cards: fillAll(cards), bodies: fillAll(bodies), links: fillAll(links), mark: fill(mark) };
}

/** The screen with its values, which are escaped here. */
export function firstScreenHtml(language: FirstScreenLanguage, screen: FirstScreen): string {
  const { name, logo = '', isTest, isClosable, saved: { links = {}, footer } = {} } = screen;
  const card = language.cards[cardName({ hasLogo: logo !== '', isTest, isClosable })] ?? '';
  const values: Record<string, string> = {
    [SLOTS.name]: escapeHtml(name),
    [SLOTS.logo]: escapeHtml(logo),
    [SLOTS.body]: language.bodies[screen.body],
    [SLOTS.foot]:
      LINK_NAMES.map((name) =>
        links[name] === undefined ? '' : language.links[name].split(SLOTS.href).join(escapeHtml(links[name])),
      ).join('') + (footer === false ? '' : language.mark),
  };
  // In one pass, so that a value that looks like a slot stays text.
  return card.replaceAll(/%(?:name|logo|body|foot)%/g, (slot) => values[slot] ?? '');
}
