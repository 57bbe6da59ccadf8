import type { SelfBrowser, SelfClient } from '@countersign/protocol/self-service';
import { browserNames } from '@countersign/ui/browser-names';
import type { Page } from './page.ts';
import { Panel } from './panel.tsx';
import { PanelButton, SavedNotice, Section } from './section.tsx';

const whereOf = ({ address, ...client }: SelfClient, t: Page['t']) =>
  [address ?? t('unknownPlace'), ...browserNames(client)].join(' · ');

/** The browsers that need no code, each with a way to end that. */
export function TrustedBrowsers({ page }: { page: Page }) {
  const { self, t, act, isBusy, day } = page;
  const end = (label: string, id: string, browser?: SelfBrowser) =>
    page.mayChange && (
      <div class="acts">
        <button
          type="button"
          class="link"
          id={id}
          aria-label={browser && t('ofToken', { action: label, token: whereOf(browser, t) })}
          aria-disabled={isBusy}
          onClick={() => !isBusy && act('end-trust', browser && { browser: browser.id })}
        >
          {label}
        </button>
      </div>
    );
  const { trusted = [] } = self;
  if (trusted.length === 0 && page.done !== 'end-trust') return null;
  return (
    <Section page={page} id="trusted">
      {trusted.length > 0 && <p class="hint">{t('trustedText')}</p>}
      <ul>
        {trusted.map((one) => (
          <li key={one.id}>
            <strong>
              <bdi>{whereOf(one, t)}</bdi>
            </strong>
            <span>
              {[
                t('added', { date: day(one.addedAt) }),
                t('lastUsed', { date: day(one.lastUsedAt) }),
                t('trustedUntil', { date: day(one.expiresAt) }),
              ].join(' · ')}
            </span>
            {end(t('endTrust'), one.id, one)}
          </li>
        ))}
      </ul>
      {trusted.length > 1 && end(t('endAllTrust'), 'open-end-trust')}
      <SavedNotice page={page} ids={['end-trust']} />
    </Section>
  );
}

export function Browsers({ page }: { page: Page }) {
  const { self, t, act, open } = page;
  if (!self.browsers) return null;
  return (
    <Section page={page} id="browsers">
      <p class="hint">{t('browsersText', { count: self.browsers })}</p>
      {self.may.forgetBrowsers && (
        <div class="acts">
          <PanelButton page={page} id="forget" label={t('forget')} />
        </div>
      )}
      {open === 'forget' && (
        <Panel
          page={page}
          id={open}
          text={t('forgetText')}
          button={t('forget')}
          isSensitive
          onSend={() => act('forget-browsers')}
        />
      )}
      <SavedNotice page={page} ids={['forget']} />
    </Section>
  );
}

export function SignIns({ page }: { page: Page }) {
  const { self, t, lang } = page;
  const time = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Section page={page} id="signIns">
      {self.signIns.length === 0 && <p class="hint">{t('noSignIns')}</p>}
      <ul class="signins">
        {self.signIns.map((one) => (
          <li key={one.at}>
            <strong class={one.granted ? undefined : 'warns'}>
              {t(one.granted ? 'granted' : 'refused')} · <bdi>{time.format(one.at)}</bdi>
            </strong>
            <span>
              <bdi>{whereOf(one, t)}</bdi>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
