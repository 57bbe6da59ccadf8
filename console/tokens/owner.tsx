import { UserName } from '../shared/names.tsx';
import { userPicker } from '../shared/pickers/pick-user.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import { canChangeUser, type Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';

/** The owner of a token. A change of owner ends the assignments that named the token. */
export function Owner({ token, mayChange }: { token: Token; mayChange: boolean }) {
  const { client, reads, session, texts, ask, notify } = useConsole();
  const { pick, dialog } = usePicker();
  const { owner, kind } = token;
  const update = async (next: string | null, text: string) => {
    const answer = await client.send('PATCH', `tokens/${token.id}`, { owner: next });
    reads.changed('tokens', 'users', 'checklist');
    notify(answer.kind === 'done' ? { text } : { text: refusalMessage(texts, answer), isBad: true });
  };
  const give = async () => {
    const user = await pick(
      userPicker((one) =>
        one.id === owner ? t('isOwner') : canChangeUser(session, one) ? undefined : t('notYourUser'),
      ),
    );
    if (!user) return;
    const question = { title: t('giveTitle', { name: user.login }), text: t('giveText'), action: t('giveAction') };
    if (owner === undefined || (await ask(question))) await update(user.id, t('given', { name: user.login }));
  };
  const takeBack = async () => {
    const question = { title: t('takeTitle'), text: t('giveText'), action: t('takeAction') };
    if (await ask(question)) await update(null, t('taken'));
  };
  return (
    <section class="panel" aria-labelledby="owner">
      <h2 id="owner">{t('owner')}</h2>
      <p>{owner === undefined ? t('nobodyText') : <UserName id={owner} />}</p>
      {mayChange && (
        <div class="state-acts">
          {kind !== 'webauthn' && (
            <button type="button" class="secondary" onClick={give}>
              {t(owner === undefined ? 'give' : 'handOver')}
            </button>
          )}
          {owner !== undefined && (
            <button type="button" class="secondary" onClick={takeBack}>
              {t('takeAction')}
            </button>
          )}
        </div>
      )}
      {kind === 'webauthn' && <p class="hint">{t('passkeyStays')}</p>}
      {dialog}
    </section>
  );
}
