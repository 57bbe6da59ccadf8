import { useInside } from '../inside/context.ts';
import { refusalInWords } from '../inside/refusal.ts';
import { useRead } from '../inside/use-read.ts';
import type { User } from '../people/person.ts';
import { words } from './words.ts';

/** The browsers that are remembered of a person, where a resource compares them. Not shown while there are none. */
export function Browsers({ user, mayForget }: { user: User; mayForget: boolean }) {
  const { client, reads, texts, ask, notify } = useInside();
  const path = `users/${user.id}/environments`;
  const { body } = useRead<{ count: number }>(path);
  if (!body || body.count === 0) return null;
  const forget = async () => {
    const title = words('forgetTitle', `“${user.login}”`);
    if (!(await ask({ title, text: words('forgetText'), action: words('forget') }))) return;
    const answer = await client.send('DELETE', path);
    reads.changed(path);
    notify(
      answer.kind === 'done' ? { text: words('forgotten') } : { text: refusalInWords(texts, answer), isBad: true },
    );
  };
  return (
    <section class="panel" aria-labelledby="browsers">
      <h2 id="browsers">{words('browsers')}</h2>
      <p class="hint">{words('browsersText', body.count)}</p>
      {mayForget && (
        <div class="stack">
          <button type="button" class="secondary" onClick={forget}>
            {words('forget')}
          </button>
        </div>
      )}
    </section>
  );
}
