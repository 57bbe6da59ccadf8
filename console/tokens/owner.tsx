import { UserName } from '../shared/names.tsx';
import { userPicker } from '../shared/pickers/pick-user.ts';
import { usePicker } from '../shared/pickers/picker.tsx';
import { canChangeUser, type Token } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalInWords } from '../shell/refusal.ts';
import { words } from './words.ts';

/** To whom a token belongs. Another owner voids whatever named it before. */
export function Owner({ token, mayChange }: { token: Token; mayChange: boolean }) {
  const { client, reads, session, texts, ask, notify } = useConsole();
  const { pick, dialog } = usePicker();
  const { owner, kind } = token;
  const put = async (next: string | null, text: string) => {
    const answer = await client.send('PATCH', `tokens/${token.id}`, { owner: next });
    reads.changed('tokens', 'users', 'checklist');
    notify(answer.kind === 'done' ? { text } : { text: refusalInWords(texts, answer), isBad: true });
  };
  const give = async () => {
    const user = await pick(
      userPicker((one) =>
        one.id === owner ? words('isOwner') : canChangeUser(session, one) ? undefined : words('notYourUser'),
      ),
    );
    if (!user) return;
    const question = { title: words('giveTitle', user.login), text: words('giveText'), action: words('giveAction') };
    if (owner === undefined || (await ask(question))) await put(user.id, words('given', user.login));
  };
  const takeBack = async () => {
    const question = { title: words('takeTitle'), text: words('giveText'), action: words('takeAction') };
    if (await ask(question)) await put(null, words('taken'));
  };
  return (
    <section class="panel" aria-labelledby="owner">
      <h2 id="owner">{words('owner')}</h2>
      <p>{owner === undefined ? words('nobodyText') : <UserName id={owner} />}</p>
      {mayChange && (
        <div class="state-acts">
          {kind !== 'webauthn' && (
            <button type="button" class="secondary" onClick={give}>
              {words(owner === undefined ? 'give' : 'handOver')}
            </button>
          )}
          {owner !== undefined && (
            <button type="button" class="secondary" onClick={takeBack}>
              {words('takeAction')}
            </button>
          )}
        </div>
      )}
      {kind === 'webauthn' && <p class="hint">{words('passkeyStays')}</p>}
      {dialog}
    </section>
  );
}
