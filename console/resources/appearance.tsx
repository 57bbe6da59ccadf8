import { THEMES } from '@countersign/protocol/appearance';
import { Alert } from '@countersign/ui/alert.tsx';
import { useId, useMemo, useState } from 'preact/hooks';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { Snippet } from '../parts/copy.tsx';
import { useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';
import { LogoPanel } from './logo-panel.tsx';
import { contrastOf, DEFAULT, type LookSettings, lookOf, optionsText } from './look.ts';
import type { TabProps } from './resource.ts';
import { newNonce, useNeedsOrigin, Widget } from './widget.tsx';

const THEME_WORDS = {
  auto: 'themeAuto',
  light: 'themeLight',
  dark: 'themeDark',
  contrast: 'themeContrast',
} as const;
const COLOURS = { accent: 'accent', background: 'background', text: 'textColour' } as const;
const COLOUR_BEGINS = { accent: '#2447c8', background: '#ffffff', text: '#14171f' } as const;
const READABLE = 4.5;

/** The logo, which is stored, and the look, which is previewed here and copied into the page. */
export function Appearance(props: TabProps) {
  const { texts } = useConsole();
  const [tried, setTried] = useState(DEFAULT);
  const nonce = useMemo(newNonce, []);
  const look = useMemo(() => lookOf(tried), [tried]);
  const needs = useNeedsOrigin(props);
  const id = useId();
  const text = optionsText(look);
  return (
    <div class="looks">
      <div>
        <LogoPanel {...props} />
        <section class="panel" aria-labelledby={`${id}-look`}>
          <h2 id={`${id}-look`}>{t('look')}</h2>
          <p class="hint">{t('lookText')}</p>
          <LookFields tried={tried} setTried={setTried} />
          <h3>{t('optionsTitle')}</h3>
          {text === '' ? (
            <p class="hint">{t('optionsNone')}</p>
          ) : (
            <Snippet texts={texts} text={text} what={t('optionsCopy')} />
          )}
        </section>
      </div>
      <section class="panel preview" aria-labelledby={`${id}-preview`}>
        <h2 id={`${id}-preview`}>{t('preview')}</h2>
        {needs ?? <Widget key={props.resource.logo} resource={props.resource.id} nonce={nonce} look={look} />}
      </section>
    </div>
  );
}

function LookFields({ tried, setTried }: { tried: LookSettings; setTried(next: LookSettings): void }) {
  const id = useId();
  const set = (name: keyof LookSettings, value: string) => setTried({ ...tried, [name]: value });
  const { background, text, font } = tried;
  const isUnreadable = background !== '' && text !== '' && contrastOf(background, text) < READABLE;
  const isBadFont = font !== '' && !/^[a-z0-9][a-z0-9 ,-]{0,119}$/i.test(font);
  return (
    <div class="look-fields">
      <label>
        {t('theme')}
        <select class="input" value={tried.theme} onChange={({ currentTarget }) => set('theme', currentTarget.value)}>
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(THEME_WORDS[theme])}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('locale')}
        <select class="input" value={tried.locale} onChange={({ currentTarget }) => set('locale', currentTarget.value)}>
          <option value="auto">{t('localeAuto')}</option>
          {Object.entries(LANGUAGE_NAMES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {(Object.keys(COLOURS) as (keyof typeof COLOURS)[]).map((name) => (
        <div key={name} class="colour">
          <label for={`${id}-${name}`}>{t(COLOURS[name])}</label>
          <div>
            <input
              type="color"
              id={`${id}-${name}`}
              value={tried[name] === '' ? COLOUR_BEGINS[name] : tried[name]}
              onInput={({ currentTarget }) => set(name, currentTarget.value)}
            />
            <code>{tried[name] === '' ? t('usual') : tried[name]}</code>
            {tried[name] !== '' && (
              <button
                type="button"
                class="quiet"
                aria-label={`${t(COLOURS[name])}: ${t('usual')}`}
                onClick={() => set(name, '')}
              >
                {t('usual')}
              </button>
            )}
          </div>
        </div>
      ))}
      <label>
        {t('radius')}
        <input
          type="range"
          min={0}
          max={24}
          value={tried.radius === '' ? 10 : Number.parseInt(tried.radius, 10)}
          aria-valuetext={tried.radius === '' ? t('usual') : tried.radius}
          onInput={({ currentTarget }) => set('radius', `${currentTarget.value}px`)}
        />
      </label>
      <div>
        <label for={`${id}-font`}>{t('font')}</label>
        <input
          class="input"
          type="text"
          id={`${id}-font`}
          value={font}
          placeholder={t('usual')}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={isBadFont ? 'true' : undefined}
          aria-describedby={`${id}-font-hint`}
          onInput={({ currentTarget }) => set('font', currentTarget.value)}
        />
        <p class="hint" id={`${id}-font-hint`}>
          {t(isBadFont ? 'fontBad' : 'fontHint')}
        </p>
      </div>
      <Alert>{isUnreadable && t('contrastLow')}</Alert>
    </div>
  );
}
