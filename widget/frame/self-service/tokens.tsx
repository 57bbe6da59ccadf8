import type { SelfToken } from '@countersign/protocol/self-service';
import { isSelfText } from '../../i18n/self-service.ts';
import type { Page } from './page.ts';
import { Panel } from './panel.tsx';
import { PanelButton, SavedNotice, Section } from './section.tsx';

const code = { type: 'text', autocomplete: 'off', inputMode: 'numeric', dir: 'ltr', maxLength: 32 } as const;

const pin = { type: 'password', autocomplete: 'off', inputMode: 'numeric', dir: 'ltr', maxLength: 4 } as const;

export function Tokens({ page }: { page: Page }) {
  const { self, t, act, isBusy } = page;
  const { tokens, may } = self;
  const add = () => (page.isFresh ? act('add') : page.reauthenticate('add'));
  return (
    <Section page={page} id="tokens">
      {tokens.length === 0 && <p class="hint">{t('noTokens')}</p>}
      <ul>
        {tokens.map((token) => (
          <Token key={token.id} token={token} page={page} />
        ))}
      </ul>
      {may.addToken && page.mayChange && (
        <div class="acts">
          <button type="button" class="link" id="open-add" aria-disabled={isBusy} onClick={() => !isBusy && add()}>
            {t('addToken')}
          </button>
        </div>
      )}
      <SavedNotice page={page} ids={['removed']} />
    </Section>
  );
}

function Token({ token, page }: { token: SelfToken; page: Page }) {
  const { t, act, open, day } = page;
  const { id, name, kind, state, addedAt, lastUsedAt, mayRename, mayRemove, mayResync, mayChangePin, kept } = token;
  const about = [
    isSelfText(kind) ? t(kind) : kind,
    t('added', { date: day(addedAt) }),
    ...(lastUsedAt === undefined ? [] : [t('lastUsed', { date: day(lastUsedAt) })]),
  ];
  const opener = (verb: 'rename' | 'resync' | 'pin' | 'remove') => (
    <PanelButton
      page={page}
      id={`${verb}-${id}`}
      label={t(verb)}
      spoken={t('ofToken', { action: t(verb), token: name })}
    />
  );
  return (
    <li>
      <strong>
        <bdi>{name}</bdi>
      </strong>
      <span>{about.join(' · ')}</span>
      {state !== 'active' && <span class="warns">{t(state)}</span>}
      {kept && kept !== 'locked' && <span>{t(kept)}</span>}
      <div class="acts">
        {mayRename && opener('rename')}
        {mayResync && opener('resync')}
        {mayChangePin && opener('pin')}
        {mayRemove && opener('remove')}
      </div>
      {open === `rename-${id}` && (
        <Panel
          page={page}
          id={open}
          asked={[
            {
              name: 'name',
              type: 'text',
              autocomplete: 'off',
              dir: 'auto',
              maxLength: 100,
              label: t('name'),
              value: name,
            },
          ]}
          button={t('save')}
          validate={({ name = '' }) => (name.trim() ? undefined : ['name', 'nameMissing'])}
          onSend={({ name = '' }) => act('rename', { token: id, name: name.trim() })}
        />
      )}
      {open === `resync-${id}` && (
        <Panel
          page={page}
          id={open}
          text={t('resyncText')}
          asked={[
            { ...code, name: 'first', label: t('firstCode') },
            { ...code, name: 'second', label: t('nextCode') },
          ]}
          button={t('confirm')}
          isSensitive
          validate={({ first = '', second = '' }) =>
            digits(first) && digits(second) ? undefined : [digits(first) ? 'second' : 'first', 'codesMissing']
          }
          onSend={({ first = '', second = '' }) =>
            act('resync', { token: id, first: digits(first), second: digits(second) })
          }
        />
      )}
      {open === `pin-${id}` && (
        <Panel
          page={page}
          id={open}
          text={t('pinText')}
          asked={[
            { ...pin, name: 'pin', label: t('newPin') },
            { ...pin, name: 'again', label: t('pinAgain') },
          ]}
          button={t('save')}
          isSensitive
          validate={({ pin = '', again }) => {
            if (!/^\d{4}$/.test(pin)) return ['pin', 'pinMissing'];
            return pin === again ? undefined : ['again', 'notSame'];
          }}
          onSend={({ pin }) => act('pin', { token: id, pin })}
        />
      )}
      {open === `remove-${id}` && (
        <Panel
          page={page}
          id={open}
          text={t('removeText')}
          button={t('remove')}
          isSensitive
          onSend={() => act('remove', { token: id })}
        />
      )}
      <SavedNotice page={page} ids={[`rename-${id}`, `resync-${id}`, `pin-${id}`]} />
    </li>
  );
}

/** Removes the grouping that apps and hardware tokens show in codes. */
function digits(typed: string): string {
  const plain = typed.replace(/[\s-]/g, '');
  return /^\d{6,14}$/.test(plain) ? plain : '';
}
