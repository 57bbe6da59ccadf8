import { PanelButton, SavedNotice } from './opener.tsx';
import type { Page } from './page.ts';
import { Panel } from './panel.tsx';

const own = { type: 'text', dir: 'auto', maxLength: 100 } as const;

export function Details({ page }: { page: Page }) {
  const { self, own: words, act, open } = page;
  const { person, may, pendingEmail } = self;
  const { login, firstName, secondName, email, phone } = person;
  const rows: [string, string | undefined, boolean][] = [
    [words('login'), login, true],
    [words('firstName'), firstName, may.firstName],
    [words('secondName'), secondName, may.secondName],
    [words('address'), email, may.email],
    [words('phone'), phone, false],
  ];
  const names = [
    { ...own, name: 'firstName', autocomplete: 'given-name', label: words('firstName'), value: firstName ?? '' },
    { ...own, name: 'secondName', autocomplete: 'family-name', label: words('secondName'), value: secondName ?? '' },
  ] as const;
  return (
    <section aria-labelledby="details">
      <h2 id="details">{words('details')}</h2>
      <dl>
        {rows
          .filter(([, value, isOpen]) => value !== undefined || isOpen)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <bdi>{value ?? words('nothing')}</bdi>
              </dd>
            </div>
          ))}
      </dl>
      <div class="acts">
        {(may.firstName || may.secondName) && <PanelButton page={page} id="names" label={words('changeNames')} />}
        {may.email && !pendingEmail && <PanelButton page={page} id="email" label={words('changeEmail')} />}
      </div>
      {open === 'names' && (
        <Panel
          page={page}
          id={open}
          asked={names.filter(({ name }) => may[name])}
          button={words('save')}
          isGrave={false}
          onSend={(values) => act('names', trimmed(values))}
        />
      )}
      {open === 'email' && !pendingEmail && (
        <Panel
          page={page}
          id={open}
          text={words('emailText')}
          asked={[{ ...own, name: 'email', autocomplete: 'email', dir: 'ltr', label: words('newEmail') }]}
          button={words('sendCode')}
          isGrave
          judge={({ email = '' }) => (email.includes('@') ? undefined : ['email', 'emailMissing'])}
          onSend={({ email = '' }) => act('email', { email: email.trim() })}
        />
      )}
      {pendingEmail && page.mayChange && (
        <Panel
          page={page}
          id="email-code"
          text={words('emailSent', pendingEmail)}
          asked={[{ ...own, name: 'code', autocomplete: 'off', dir: 'ltr', label: words('emailCode') }]}
          button={words('confirm')}
          isGrave={false}
          judge={({ code = '' }) => (code.trim() ? undefined : ['code', 'emailCodeMissing'])}
          onSend={({ code = '' }) => act('email/confirm', { code: code.trim() })}
          second={
            <button type="button" class="primary secondary" onClick={() => !page.isBusy && act('email/drop')}>
              {words('drop')}
            </button>
          }
        />
      )}
      <SavedNotice page={page} ids={['names', 'email/confirm']} />
    </section>
  );
}

function trimmed(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.trim()]));
}
