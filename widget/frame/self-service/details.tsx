import type { Page } from './page.ts';
import { Panel } from './panel.tsx';
import { PanelButton, SavedNotice, Section } from './section.tsx';

const TEXT = { type: 'text', dir: 'auto', maxLength: 100 } as const;

export function Details({ page }: { page: Page }) {
  const { self, t, act, open } = page;
  const { person, may, pendingEmail } = self;
  const { login, firstName, secondName, email, phone } = person;
  const rows: [string, string | undefined, boolean][] = [
    [t('login'), login, true],
    [t('firstName'), firstName, may.firstName],
    [t('secondName'), secondName, may.secondName],
    [t('address'), email, may.email],
    [t('phone'), phone, false],
  ];
  const names = [
    { ...TEXT, name: 'firstName', autocomplete: 'given-name', label: t('firstName'), value: firstName ?? '' },
    { ...TEXT, name: 'secondName', autocomplete: 'family-name', label: t('secondName'), value: secondName ?? '' },
  ] as const;
  return (
    <Section page={page} id="details">
      <dl>
        {rows
          .filter(([, value, isOpen]) => value !== undefined || isOpen)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <bdi>{value ?? t('nothing')}</bdi>
              </dd>
            </div>
          ))}
      </dl>
      <div class="acts">
        {(may.firstName || may.secondName) && <PanelButton page={page} id="names" label={t('changeNames')} />}
        {may.email && !pendingEmail && <PanelButton page={page} id="email" label={t('changeEmail')} />}
      </div>
      {open === 'names' && (
        <Panel
          page={page}
          id={open}
          asked={names.filter(({ name }) => may[name])}
          button={t('save')}
          onSend={(values) => act('names', trimValues(values))}
        />
      )}
      {open === 'email' && !pendingEmail && (
        <Panel
          page={page}
          id={open}
          text={t('emailText')}
          asked={[{ ...TEXT, name: 'email', autocomplete: 'email', dir: 'ltr', label: t('newEmail') }]}
          button={t('sendCode')}
          isSensitive
          validate={({ email = '' }) => (email.includes('@') ? undefined : ['email', 'emailMissing'])}
          onSend={({ email = '' }) => act('email', { email: email.trim() })}
        />
      )}
      {pendingEmail && page.mayChange && (
        <Panel
          page={page}
          id="email-code"
          text={t('emailSent', { email: pendingEmail })}
          asked={[{ ...TEXT, name: 'code', autocomplete: 'off', dir: 'ltr', label: t('emailCode') }]}
          button={t('confirm')}
          validate={({ code = '' }) => (code.trim() ? undefined : ['code', 'emailCodeMissing'])}
          onSend={({ code = '' }) => act('email/confirm', { code: code.trim() })}
          second={
            <button type="button" class="primary secondary" onClick={() => !page.isBusy && act('email/drop')}>
              {t('drop')}
            </button>
          }
        />
      )}
      <SavedNotice page={page} ids={['names', 'email/confirm']} />
    </Section>
  );
}

function trimValues(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()]));
}
