import { useState } from 'preact/hooks';
import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { FormDialog } from '../edit/form-dialog.tsx';
import type { Input } from '../edit/inputs.ts';
import { canDelete, canHavePin, TOKENS, type Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { words as common } from '../shell/words.ts';
import { addressInput, pinInputs } from './inputs-of-kind.ts';
import { useMayChange } from './use-may-change.ts';
import { words } from './words.ts';

export function TokenDetails({ token, version }: { token: Token; version: string | undefined }) {
  const { session } = useConsole();
  const { mayChange } = useMayChange(token);
  const isAdministrators = token.administrator !== undefined;
  const path = `tokens/${token.id}`;
  const inputs: Input[] = [
    { name: 'name', kind: 'text', max: 100, label: words('name') },
    ...(token.kind === 'sms' || token.kind === 'email' ? [addressInput(token.kind)] : []),
    ...(isAdministrators
      ? []
      : [
          {
            name: 'expiresAt',
            kind: 'instant',
            label: words('expires'),
            hint: words('expiresHint'),
            without: common('never'),
            isAhead: true,
          } as const,
        ]),
  ];
  return (
    <>
      <EditForm
        path={path}
        body={token}
        version={version}
        sections={[{ title: words('general'), inputs }]}
        isReadOnly={!mayChange}
        alsoChanged={['tokens']}
      />
      {canHavePin(token) && !isAdministrators && <Pin token={token} mayChange={mayChange} />}
      <DeletePanel
        path={path}
        version={version}
        name={token.name}
        label={words('delete')}
        text={words('deleteText')}
        back={TOKENS}
        alsoChanged={['users', 'tokens', 'checklist']}
        why={canDelete(session, token) ? undefined : words(isAdministrators ? 'ofAdministratorText' : 'deleteWho')}
      />
    </>
  );
}

/** Four digits that are typed with the code. Nobody sees them again, so there is nothing to show but that they are there. */
function Pin({ token, mayChange }: { token: Token; mayChange: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const path = `tokens/${token.id}`;
  const remove = async () => {
    const question = { title: words('pinRemoveTitle'), text: words('pinRemoveText'), action: words('pinRemove') };
    if (!(await ask(question))) return;
    const answer = await client.send('PATCH', path, { pin: null });
    reads.changed('tokens');
    notify(
      answer.kind === 'done' ? { text: words('pinRemoved') } : { text: refusalInWords(texts, answer), isBad: true },
    );
  };
  return (
    <section class="panel edit-section" aria-labelledby="pin">
      <div class="edit-about">
        <h2 id="pin">{words('pin')}</h2>
        <p class="hint">{words('pinText')}</p>
      </div>
      <div class="edit-fields">
        <p>
          {token.pin === undefined
            ? words('pinNone')
            : words('pinThere', words(token.pin === 'before' ? 'pinBefore' : 'pinAfter'))}
        </p>
        {mayChange && (
          <div class="state-acts">
            <button type="button" class="secondary" onClick={() => setOpen(true)}>
              {words(token.pin === undefined ? 'pinSet' : 'pinChange')}
            </button>
            {token.pin !== undefined && (
              <button type="button" class="secondary" onClick={remove}>
                {words('pinRemove')}
              </button>
            )}
          </div>
        )}
      </div>
      {isOpen && (
        <FormDialog<Token>
          title={words('pinSet')}
          inputs={pinInputs()}
          initial={{ digits: '', position: token.pin ?? 'before' }}
          action={words('pinSet')}
          send={(pin) => client.send('PATCH', path, { pin })}
          onDone={() => {
            reads.changed('tokens');
            notify({ text: words('pinIsSet') });
            setOpen(false);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
