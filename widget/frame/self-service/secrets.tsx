import type { Page } from './page.ts';
import { Panel } from './panel.tsx';
import { PanelButton, SavedNotice, Section } from './section.tsx';

export function Recovery({ page }: { page: Page }) {
  const { self, t, act, open } = page;
  const { recovery, may } = self;
  if (!recovery && !may.recoveryCodes) return null;
  return (
    <Section page={page} id="recovery">
      <p class="hint">{recovery ? t('recoveryLeft', { count: recovery.left }) : t('noRecovery')}</p>
      {may.recoveryCodes && (
        <div class="acts">
          <PanelButton page={page} id="recovery-codes" label={t('newCodes')} />
        </div>
      )}
      {open === 'recovery-codes' && (
        <Panel
          page={page}
          id={open}
          text={t('newCodesText')}
          button={t('newCodes')}
          isSensitive
          onSend={() => act('recovery-codes')}
        />
      )}
    </Section>
  );
}

const secret = { type: 'password', dir: 'ltr' } as const;

export function Password({ page }: { page: Page }) {
  const { self, t, act, open } = page;
  if (!self.may.password) return null;
  const { passwordMinLength: least = 0 } = self;
  return (
    <Section page={page} id="password">
      <div class="acts">
        <PanelButton page={page} id="change-password" label={t('changePassword')} />
      </div>
      {open === 'change-password' && (
        <Panel
          page={page}
          id={open}
          asked={[
            { ...secret, name: 'current', autocomplete: 'current-password', label: t('current') },
            {
              ...secret,
              name: 'new',
              autocomplete: 'new-password',
              label: t('newPassword'),
              hint: t('newHint', { min: least }),
            },
            { ...secret, name: 'again', autocomplete: 'new-password', label: t('again') },
          ]}
          button={t('save')}
          isSensitive
          login={self.person.login}
          validate={(values) => {
            if (!values.current) return ['current', 'currentMissing'];
            if ([...(values.new ?? '')].length < least) return ['new', 'PASSWORD_TOO_SHORT'];
            return values.new === values.again ? undefined : ['again', 'notSame'];
          }}
          onSend={(values) => act('password', { current: values.current, password: values.new })}
        />
      )}
      <SavedNotice page={page} ids={['change-password']} />
    </Section>
  );
}
