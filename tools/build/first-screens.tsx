import {
  cardName,
  FIRST_SCREEN_BODIES,
  type FirstScreenBody,
  type FirstScreenLanguage,
  type FirstScreens,
  SLOTS,
} from '@countersign/protocol/first-screen';
import { LINK_NAMES, type LinkName } from '@countersign/protocol/links';
import signIn from '@countersign/ui/i18n/locales/en/widget/sign-in.json';
import { createTranslate, type Dictionary } from '@countersign/ui/i18n/translate';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Card, type CardProps } from '../../widget/frame/parts/card.tsx';
import { Loading } from '../../widget/frame/parts/loading.tsx';
import * as passkeys from '../../widget/frame/passkey/passkeys.ts';
import { firstView } from '../../widget/frame/sign-in.ts';
import { AnswerForm } from '../../widget/frame/steps/answer-form.tsx';
import { english, type TextKey, type Texts } from '../../widget/i18n/texts.ts';

/** Runs in the build only. */
const DICTIONARIES = import.meta.glob<Dictionary<TextKey>>(['./*/widget/sign-in.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
  eager: true,
  import: 'default',
});

/** In place of the texts, where they go. */
const MARKERS: Texts = Object.assign(
  (key: TextKey) => {
    const text: unknown = (signIn as Partial<Record<TextKey, unknown>>)[key];
    if (typeof text !== 'string')
      throw new Error(`The text ${key} of the first screen has values or is of another part.`);
    return `%text.${key}%`;
  },
  { lang: '', dir: 'ltr' } as const,
);

/** The first screen in every language, by the components that take it over in the browser. */
export function renderFirstScreens(): Pick<FirstScreens, 'languages' | 'template'> {
  const texts = Object.entries(DICTIONARIES).map(([lang, messages]) => createTranslate(lang, messages, english));
  const languages = Object.fromEntries([english, ...texts].map((one) => [one.lang, renderLanguage(one)]));
  return { languages, template: renderLanguage(MARKERS) };
}

function renderLanguage(texts: Texts): FirstScreenLanguage {
  const cards: Record<string, string> = {};
  const card = (parts: Pick<CardProps, 'logo' | 'isTest' | 'onClose' | 'look'>) =>
    renderToString(
      <Card {...parts} texts={texts} name={SLOTS.name} site={undefined} isAlone={false} card={null}>
        {SLOTS.body}
      </Card>,
    );
  const plain = { logo: undefined, isTest: false, onClose: undefined };
  const footOf = (look: CardProps['look']) => /<footer>(.*)<\/footer>/s.exec(card({ ...plain, look }))?.[1] ?? '';
  for (const hasLogo of [false, true]) {
    for (const isTest of [false, true]) {
      for (const isClosable of [false, true]) {
        cards[cardName({ hasLogo, isTest, isClosable })] = card({
          logo: hasLogo ? SLOTS.logo : undefined,
          isTest,
          onClose: isClosable ? () => {} : undefined,
          look: { footer: false },
        }).replace('<footer></footer>', `<footer>${SLOTS.foot}</footer>`);
      }
    }
  }
  if (Object.values(cards).some((html) => Object.values(SLOTS).some((slot) => html.split(slot).length > 2)))
    throw new Error('A text of the card contains a slot.');
  const bodies = Object.fromEntries(
    FIRST_SCREEN_BODIES.map((name) => [name, renderToString(renderBody(name, texts))]),
  ) as Record<FirstScreenBody, string>;
  const links = Object.fromEntries(
    LINK_NAMES.map((name) => [name, footOf({ footer: false, links: { [name]: SLOTS.href } })]),
  ) as Record<LinkName, string>;
  return { dir: texts.dir, texts: [], cards, bodies, links, mark: footOf({}) };
}

function renderBody(name: FirstScreenBody, texts: Texts): VNode {
  if (name === 'loading') return <Loading texts={texts} />;
  const ignore = () => {};
  return (
    <AnswerForm
      screen={{ kind: 'step', step: 'identify', view: firstView(name === 'passkey'), busy: false }}
      texts={texts}
      isNext={false}
      onAnswer={ignore}
      onChoose={ignore}
      onCancel={ignore}
      passkeys={passkeys}
      onPasskey={ignore}
    />
  );
}
