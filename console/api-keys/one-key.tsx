import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { Rotate } from '../secrets/rotate.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { t as common } from '../shell/i18n.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { API_KEYS, type ApiKey, inputsOf, type KeyWithSecret, MAX_LIFETIME_MS, protectimusInputs } from './api-key.ts';
import { t } from './i18n.ts';
import { KeyBadge } from './key-list.tsx';

export function OneKey({ id }: { id: string }) {
  const path = `api-keys/${id}`;
  const read = useQuery<ApiKey>(path);
  const { choices } = useResourceChoices();
  const { body: key, version } = read;
  const isGone = read.problem && !key;
  const changed = ['api-keys', 'checklist'];
  return (
    <>
      <PageHead
        title={isGone ? t('notFound') : key?.name}
        back={{ href: API_KEYS, label: t('title') }}
        lead={
          key && (
            <>
              {t('prefix')} <code>{key.prefix}</code>
              {key.login !== null && (
                <>
                  <span class="dot">·</span> {t('login')} {key.login}
                </>
              )}
              <span class="dot">·</span> {t('lastUsed')}{' '}
              {key.lastUsedAt === null ? common('never') : <Timestamp at={key.lastUsedAt} />}
            </>
          )
        }
      >
        {key && <KeyBadge of={key} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!key && !read.problem && <Skeleton lines={8} />}
      {key && (
        <>
          <EditForm
            path={path}
            body={key}
            version={version}
            alsoChanged={changed}
            sections={[
              { title: t('what'), inputs: key.kind === 'bearer' ? inputsOf(choices) : protectimusInputs(key) },
              {
                title: t('howLong'),
                inputs: [
                  { name: 'enabled', kind: 'toggle', label: t('enabled'), hint: t('enabledHint') },
                  {
                    name: 'expiresAt',
                    kind: 'instant',
                    isFuture: true,
                    maxAheadMs: MAX_LIFETIME_MS,
                    label: t('expires'),
                    hint: t('expiresHint'),
                  },
                ],
              },
            ]}
          />
          <section class="panel edit-section" aria-labelledby="secret">
            <div class="edit-about">
              <h2 id="secret">{t('secret')}</h2>
            </div>
            <div class="edit-fields">
              {key.formerUntil !== null && key.formerUntil > Date.now() && (
                <p class="strip">
                  {t('formerUntil')} <Timestamp at={key.formerUntil} isExact />
                </p>
              )}
              <Rotate<KeyWithSecret>
                path={path}
                version={version}
                name={key.name}
                hint={t('rotateHint')}
                secretOf={({ text }) => text}
                alsoChanged={changed}
              />
            </div>
          </section>
          <DeletePanel
            path={path}
            version={version}
            name={key.name}
            text={t('deleteText')}
            back={API_KEYS}
            alsoChanged={changed}
          />
        </>
      )}
    </>
  );
}
