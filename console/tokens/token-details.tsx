import { useState } from 'preact/hooks';
import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { FormDialog } from '../edit/form-dialog.tsx';
import type { Input } from '../edit/inputs.ts';
import { canDelete, canHavePin, TOKENS, type Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { t as common } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';
import { addressInput, pinInputs } from './inputs-of-kind.ts';
import { useMayChange } from './use-may-change.ts';

export function TokenDetails({ token, version }: { token: Token; version: string | undefined }) {
  const { session } = useConsole();
  const { mayChange } = useMayChange(token);
  const isAdministrators = token.administrator !== undefined;
  const path = `tokens/${token.id}`;
  const inputs: Input[] = [
    { name: 'name', kind: 'text', max: 100, label: t('name') },
    ...(token.kind === 'sms' || token.kind === 'email' ? [addressInput(token.kind)] : []),
    ...(isAdministrators
      ? []
      : [
          {
            name: 'expiresAt',
            kind: 'instant',
            label: t('expires'),
            hint: t('expiresHint'),
            without: common('never'),
            isFuture: true,
          } as const,
        ]),
  ];
  return (
    <>
      <EditForm
        path={path}
        body={token}
        version={version}
        sections={[{ title: t('general'), inputs }]}
        isReadOnly={!mayChange}
        alsoChanged={['tokens']}
      />
      {canHavePin(token) && !isAdministrators && <Pin token={token} mayChange={mayChange} />}
      <DeletePanel
        path={path}
        version={version}
        name={token.name}
        label={t('delete')}
        text={t('deleteText')}
        back={TOKENS}
        alsoChanged={['users', 'tokens', 'checklist']}
        why={canDelete(session, token) ? undefined : t(isAdministrators ? 'ofAdministratorText' : 'deleteWho')}
      />
    </>
  );
}

/** Four digits typed together with the code. The PIN is never shown again, only whether it is set. */
function Pin({ token, mayChange }: { token: Token; mayChange: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const path = `tokens/${token.id}`;
  const remove = async () => {
    const question = { title: t('pinRemoveTitle'), text: t('pinRemoveText'), action: t('pinRemove') };
    if (!(await ask(question))) return;
    const answer = await client.send('PATCH', path, { pin: null });
    reads.changed('tokens');
    notify(answer.kind === 'done' ? { text: t('pinRemoved') } : { text: refusalMessage(texts, answer), isBad: true });
  };
  return (
    <section class="panel edit-section" aria-labelledby="pin">
      <div class="edit-about">
        <h2 id="pin">{t('pin')}</h2>
        <p class="hint">{t('pinText')}</p>
      </div>
      <div class="edit-fields">
        <p>
          {token.pin === undefined
            ? t('pinNone')
            : t('pinThere', { position: t(token.pin === 'before' ? 'pinBefore' : 'pinAfter') })}
        </p>
        {mayChange && (
          <div class="state-acts">
            <button type="button" class="secondary" onClick={() => setOpen(true)}>
              {t(token.pin === undefined ? 'pinSet' : 'pinChange')}
            </button>
            {token.pin !== undefined && (
              <button type="button" class="secondary" onClick={remove}>
                {t('pinRemove')}
              </button>
            )}
          </div>
        )}
      </div>
      {isOpen && (
        <FormDialog<Token>
          title={t('pinSet')}
          inputs={pinInputs()}
          initial={{ digits: '', position: token.pin ?? 'before' }}
          action={t('pinSet')}
          send={(pin) => client.send('PATCH', path, { pin })}
          onDone={() => {
            reads.changed('tokens');
            notify({ text: t('pinIsSet') });
            setOpen(false);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
