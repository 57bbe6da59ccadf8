import type { SelfSignIn } from '@countersign/protocol/self-service';
import { PanelButton, SavedNotice } from './opener.tsx';
import type { Page } from './page.ts';
import { Panel } from './panel.tsx';

/** Browser names, the same in every language. */
const FAMILIES: Record<string, string> = {
  edge: 'Edge',
  opera: 'Opera',
  samsung: 'Samsung Internet',
  yandex: 'Yandex',
  vivaldi: 'Vivaldi',
  firefox: 'Firefox',
  chrome: 'Chrome',
  safari: 'Safari',
  windows: 'Windows',
  ios: 'iOS',
  android: 'Android',
  chromeos: 'ChromeOS',
  macos: 'macOS',
  linux: 'Linux',
};

export function Browsers({ page }: { page: Page }) {
  const { self, t, act, open } = page;
  if (!self.browsers) return null;
  return (
    <section aria-labelledby="browsers">
      <h2 id="browsers">{t('browsers')}</h2>
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
    </section>
  );
}

export function SignIns({ page }: { page: Page }) {
  const { self, t, lang } = page;
  const time = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
  const where = ({ address, browser, platform }: SelfSignIn) =>
    [address ?? t('unknownPlace'), ...[browser, platform].flatMap((family) => FAMILIES[family ?? ''] ?? [])].join(
      ' · ',
    );
  return (
    <section aria-labelledby="sign-ins">
      <h2 id="sign-ins">{t('signIns')}</h2>
      {self.signIns.length === 0 && <p class="hint">{t('noSignIns')}</p>}
      <ul class="signins">
        {self.signIns.map((one) => (
          <li key={one.at}>
            <strong class={one.granted ? undefined : 'warns'}>
              {t(one.granted ? 'granted' : 'refused')} · <bdi>{time.format(one.at)}</bdi>
            </strong>
            <span>
              <bdi>{where(one)}</bdi>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
