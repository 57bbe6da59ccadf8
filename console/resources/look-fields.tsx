import { THEMES, VARIABLE_SHAPES } from '@countersign/protocol/appearance';
import { LINK_NAMES, type LinkName, linkOf } from '@countersign/protocol/links';
import { contrastFlaws } from '@countersign/protocol/look';
import { useId } from 'preact/hooks';
import type { InputViewProps } from '../edit/inputs.ts';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { useConsole } from '../shell/context.ts';
import { t } from './i18n.ts';
import { appearanceOf, NO_LINKS, orNull, USUAL } from './look.ts';
import type { AppearanceView, LinksView } from './resource.ts';

const THEME_WORDS = {
  auto: 'themeAuto',
  light: 'themeLight',
  dark: 'themeDark',
  contrast: 'themeContrast',
} as const;
const COLOURS = { accent: 'accent', background: 'background', text: 'textColour' } as const;
const COLOUR_BEGINS = { accent: '#2447c8', background: '#ffffff', text: '#14171f' } as const;
const SIZES = { radius: { least: 0, most: 24, usual: 12 }, spacing: { least: 8, most: 40, usual: 32 } } as const;
const LINK_WORDS = { privacy: 'linkPrivacy', terms: 'linkTerms', help: 'linkHelp', support: 'linkSupport' } as const;

/** Whether the font is one that the service takes. */
export function hasGoodFont({ font }: AppearanceView): boolean {
  return font === null || VARIABLE_SHAPES.font.test(font);
}

/** The first link that the service would refuse. */
export function badLink(links: LinksView): LinkName | undefined {
  return LINK_NAMES.find((name) => links[name] !== null && linkOf(name, links[name]) === undefined);
}

/** Theme, language, colours, corners, spacing, font and footer. */
export function LookFields({ value, isReadOnly, onChange }: InputViewProps) {
  const id = useId();
  const look = (value as AppearanceView | null) ?? USUAL;
  const set = (changes: Partial<AppearanceView>) => onChange(orNull({ ...look, ...changes }, USUAL));
  const hint = hasGoodFont(look) ? 'fontHint' : 'fontBad';
  return (
    <fieldset class="look-fields" disabled={isReadOnly}>
      <label>
        {t('theme')}
        <select
          class="input"
          value={look.theme}
          onChange={({ currentTarget }) => set({ theme: currentTarget.value as AppearanceView['theme'] })}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(THEME_WORDS[theme])}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('locale')}
        <select
          class="input"
          value={look.locale ?? ''}
          onChange={({ currentTarget }) => set({ locale: currentTarget.value || null })}
        >
          <option value="">{t('localeAuto')}</option>
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
              value={look[name] ?? COLOUR_BEGINS[name]}
              onInput={({ currentTarget }) => set({ [name]: currentTarget.value })}
            />
            <code>{look[name] ?? t('usual')}</code>
            {look[name] !== null && (
              <button
                type="button"
                class="quiet"
                aria-label={`${t(COLOURS[name])}: ${t('usual')}`}
                onClick={() => set({ [name]: null })}
              >
                {t('usual')}
              </button>
            )}
          </div>
        </div>
      ))}
      <Flaws look={look} />
      {(Object.keys(SIZES) as (keyof typeof SIZES)[]).map((name) => (
        <label key={name}>
          {t(name)}
          <input
            type="range"
            min={SIZES[name].least}
            max={SIZES[name].most}
            value={look[name] === null ? SIZES[name].usual : Number.parseInt(look[name], 10)}
            aria-valuetext={look[name] ?? t('usual')}
            onInput={({ currentTarget }) => set({ [name]: `${currentTarget.value}px` })}
          />
        </label>
      ))}
      <div>
        <label for={`${id}-font`}>{t('font')}</label>
        <input
          class="input"
          type="text"
          id={`${id}-font`}
          value={look.font ?? ''}
          placeholder={t('usual')}
          spellcheck={false}
          autocomplete="off"
          aria-invalid={hint === 'fontBad' ? 'true' : undefined}
          aria-describedby={`${id}-font-hint`}
          onInput={({ currentTarget }) => set({ font: currentTarget.value || null })}
        />
        <p class="hint" id={`${id}-font-hint`}>
          {t(hint)}
        </p>
      </div>
      <label class="choice">
        <input
          type="checkbox"
          checked={look.footer}
          onChange={({ currentTarget }) => set({ footer: currentTarget.checked })}
        />
        <span>{t('footer')}</span>
      </label>
    </fieldset>
  );
}

/** What is hard to read, in which theme. */
function Flaws({ look }: { look: AppearanceView }) {
  const { lang } = useConsole().texts;
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
  const flaws = contrastFlaws(appearanceOf(look));
  const isHalf = (look.background === null) !== (look.text === null);
  return (
    <div role="status">
      {isHalf && <p class="hint">{t('colourPair')}</p>}
      {flaws.map(({ of, tone, ratio, least }) => (
        <p key={`${of} ${tone}`} class="strip warn">
          {t(`flaw_${of}`, {
            theme: t(tone === 'dark' ? 'themeDark' : 'themeLight'),
            ratio: number.format(ratio),
            least: number.format(least),
          })}
        </p>
      ))}
    </div>
  );
}

/** Addresses of the site for its users. */
export function LinkFields({ value, isReadOnly, error, onChange }: InputViewProps) {
  const id = useId();
  const links = (value as LinksView | null) ?? NO_LINKS;
  return (
    <fieldset class="look-fields" disabled={isReadOnly}>
      {LINK_NAMES.map((name) => {
        const isBad = error !== undefined && linkOf(name, links[name] ?? 'https://x') === undefined;
        return (
          <div key={name}>
            <label for={`${id}-${name}`}>{t(LINK_WORDS[name])}</label>
            <input
              class="input"
              type="url"
              id={`${id}-${name}`}
              value={links[name] ?? ''}
              placeholder={name === 'support' ? 'mailto:help@shop.example' : `https://shop.example/${name}`}
              spellcheck={false}
              autocomplete="off"
              aria-invalid={isBad ? 'true' : undefined}
              aria-describedby={isBad ? `${id}-${name}-error` : undefined}
              onInput={({ currentTarget }) =>
                onChange(orNull({ ...links, [name]: currentTarget.value.trim() || null }, NO_LINKS))
              }
            />
            {isBad && (
              <p class="error" id={`${id}-${name}-error`} role="alert">
                {t(name === 'support' ? 'contactBad' : 'linkBad')}
              </p>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
