import {
  cardName,
  FIRST_SCREEN_BODIES,
  type FirstScreenBody,
  type FirstScreenLanguage,
  SLOTS,
} from '@countersign/protocol/first-screen';
import { createTranslate, type Dictionary } from '@countersign/ui/i18n/translate';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Card } from '../../widget/frame/parts/card.tsx';
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

/** The first screen in every language, by the components that take it over in the browser. */
export function renderFirstScreens(): Record<string, FirstScreenLanguage> {
  const texts = Object.entries(DICTIONARIES).map(([lang, messages]) => createTranslate(lang, messages, english));
  return Object.fromEntries([english, ...texts].map((one) => [one.lang, renderLanguage(one)]));
}

function renderLanguage(texts: Texts): FirstScreenLanguage {
  const cards: Record<string, string> = {};
  for (const hasLogo of [false, true]) {
    for (const isTest of [false, true]) {
      for (const isClosable of [false, true]) {
        cards[cardName({ hasLogo, isTest, isClosable })] = renderToString(
          <Card
            texts={texts}
            name={SLOTS.name}
            logo={hasLogo ? SLOTS.logo : undefined}
            site={undefined}
            isTest={isTest}
            isAlone={false}
            card={null}
            onClose={isClosable ? () => {} : undefined}
          >
            {SLOTS.body}
          </Card>,
        );
      }
    }
  }
  if (Object.values(cards).some((html) => Object.values(SLOTS).some((slot) => html.split(slot).length > 2)))
    throw new Error('A text of the card contains a slot.');
  const bodies = Object.fromEntries(
    FIRST_SCREEN_BODIES.map((name) => [name, renderToString(renderBody(name, texts))]),
  ) as Record<FirstScreenBody, string>;
  return { dir: texts.dir, texts: [], cards, bodies };
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
