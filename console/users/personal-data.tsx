import { USERS, type User } from '../shared/user.ts';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { quoted } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { t } from './i18n.ts';

/** Export and erasure, for requests of the person. Erasing asks for the login to be typed. */
export function PersonalData({ user: { id, login } }: { user: User }) {
  const { client, reads, drafts, texts, session, ask, go, notify } = useConsole();
  const path = `users/${id}`;
  if (!isSuperuser(session)) return null;
  const erase = async () => {
    const title = t('eraseTitle', { name: quoted(login) });
    if (!(await ask({ title, text: t('eraseText'), action: t('erase'), isDanger: true, typed: login }))) return;
    const answer = await client.send('POST', `${path}/erasure`);
    if (answer.kind !== 'done') {
      reads.again(path);
      return notify({ text: refusalMessage(texts, answer), isBad: true });
    }
    drafts.drop(path);
    go(USERS, true);
    reads.changed('users', 'tokens', 'checklist');
    notify({ text: t('erased', { name: login }) });
  };
  return (
    <section class="panel edit-section" aria-labelledby="personal-data">
      <div class="edit-about">
        <h2 id="personal-data">{t('personalData')}</h2>
      </div>
      <div class="edit-fields">
        <p class="hint">{t('personalDataText')}</p>
        <a class="secondary" href={`/v1/${path}/data`} download>
          {t('exportData')}
        </a>
        <p class="hint">{t('eraseText')}</p>
        <button type="button" class="secondary danger" onClick={erase}>
          {t('erase')}
        </button>
      </div>
    </section>
  );
}
