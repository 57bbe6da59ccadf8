import { browserNames } from '@countersign/ui/browser-names';
import { ResourceName } from '../shared/names.tsx';
import type { User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { refusalMessage } from '../shell/refusal.ts';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';

interface TrustedBrowser {
  id: string;
  resource: string;
  usedAt: number;
  expiresAt: number;
  address?: string;
  browser?: string;
  platform?: string;
}

/** The browsers in which a user needs the password alone. Hidden if there are none. */
export function TrustedBrowsers({ user, mayEnd }: { user: User; mayEnd: boolean }) {
  const { client, reads, texts, notify } = useConsole();
  const path = `users/${user.id}/trusted-browsers`;
  const { body } = useQuery<{ browsers: TrustedBrowser[] }>(path);
  if (!body || body.browsers.length === 0) return null;
  const end = async (which = '') => {
    const answer = await client.send('DELETE', path + which);
    reads.changed(path);
    notify(answer.kind === 'done' ? { text: t('trustEnded') } : { text: refusalMessage(texts, answer), isBad: true });
  };
  return (
    <section class="panel" aria-labelledby="trusted">
      <h2 id="trusted">{t('trusted')}</h2>
      <p class="hint">{t('trustedText')}</p>
      {body.browsers.map(({ id, resource, usedAt, expiresAt, address, ...client }) => (
        <div class="access" key={id}>
          <h3 id={`resource-${id}`}>
            <ResourceName id={resource} />
          </h3>
          <ul>
            <li>
              <div id={`about-${id}`}>
                <bdi>{[...browserNames(client), address].filter(Boolean).join(' · ')}</bdi>
                <p class="hint">
                  {t('trustedUsed')} <Timestamp at={usedAt} isExact />, {t('trustedUntil')}{' '}
                  <Timestamp at={expiresAt} isExact />
                </p>
              </div>
              {mayEnd && (
                <button
                  type="button"
                  class="quiet"
                  id={id}
                  aria-labelledby={`${id} about-${id} resource-${id}`}
                  onClick={() => end(`?browser=${id}`)}
                >
                  {t('endTrust')}
                </button>
              )}
            </li>
          </ul>
        </div>
      ))}
      {mayEnd && (
        <div class="stack">
          <button type="button" class="secondary" onClick={() => end()}>
            {t('endAllTrust')}
          </button>
        </div>
      )}
    </section>
  );
}
