import type { User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { quoted } from '../shell/i18n.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';

/** A user's known browsers, for resources that compare them. Hidden if there are none. */
export function Browsers({ user, mayForget }: { user: User; mayForget: boolean }) {
  const { client, reads, texts, ask, notify } = useConsole();
  const path = `users/${user.id}/environments`;
  const { body } = useQuery<{ count: number }>(path);
  if (!body || body.count === 0) return null;
  const forget = async () => {
    const title = t('forgetTitle', { login: quoted(user.login) });
    if (!(await ask({ title, text: t('forgetText'), action: t('forget') }))) return;
    const answer = await client.send('DELETE', path);
    reads.changed(path);
    notify(answer.kind === 'done' ? { text: t('forgotten') } : { text: refusalMessage(texts, answer), isBad: true });
  };
  return (
    <section class="panel" aria-labelledby="browsers">
      <h2 id="browsers">{t('browsers')}</h2>
      <p class="hint">{t('browsersText', { count: body.count })}</p>
      {mayForget && (
        <div class="stack">
          <button type="button" class="secondary" onClick={forget}>
            {t('forget')}
          </button>
        </div>
      )}
    </section>
  );
}
