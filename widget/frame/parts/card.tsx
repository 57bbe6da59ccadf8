import type { SavedLook } from '@countersign/protocol/appearance';
import type { LinkName, Links } from '@countersign/protocol/links';
import { Cross, Lock, Seal } from '@countersign/ui/icons.tsx';
import type { ComponentChildren, Ref } from 'preact';
import type { Texts } from '../../i18n/texts.ts';

export interface CardProps {
  texts: Texts;
  /** The resource's name. */
  name: string;
  /** Path of the resource's logo. */
  logo: string | undefined;
  /** Outside a frame: the site that asked for the sign-in. */
  site: string | undefined;
  isTest: boolean;
  /** The site's links, and whether the mark of the service is below them. */
  look: Pick<SavedLook, 'links' | 'footer'>;
  /** A link to the service's own help, which gives way to the site's. */
  help?: Links | false;
  /** Whether the page is outside a frame. */
  isAlone: boolean;
  card: Ref<HTMLElement>;
  /** Present if the page offers a close button. */
  onClose?: (() => void) | undefined;
  children: ComponentChildren;
}

/**
 * The layout around every screen: the resource's name and logo, and the mark of the service. In a frame it is no
 * landmark, because the embedding page has its own `main` and may hold several widgets.
 */
export function Card({ texts, name, logo, site, isTest, look, help, isAlone, card, onClose, children }: CardProps) {
  const Whole = isAlone ? 'main' : 'section';
  return (
    <Whole class="card" ref={card}>
      <header>
        {logo ? <img class="logo" src={logo} alt={name} /> : <Seal />}
        <p class="name">
          {!logo && <bdi>{name}</bdi>}
          {site && <span class="site">{texts('goesTo', { site })}</span>}
        </p>
        {onClose && (
          <button type="button" class="icon" aria-label={texts('close')} onClick={onClose}>
            <Cross />
          </button>
        )}
      </header>
      {isTest && <p class="test">{texts('testMode')}</p>}
      {children}
      <footer>
        {Object.entries({ ...help, ...look.links }).map(([key, href]) => (
          <a key={key} href={href} target={help ? '_blank' : undefined}>
            {texts(key as LinkName | 'back', { site: name })}
          </a>
        ))}
        {look.footer !== false && (
          <p>
            {/* One text with its space, as in the HTML of the document. */}
            <Lock />
            {` ${texts('secured')}`}
          </p>
        )}
      </footer>
    </Whole>
  );
}
