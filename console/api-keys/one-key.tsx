import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { Rotate } from '../secrets/rotate.tsx';
import { useResourceChoices } from '../secrets/use-resource-choices.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-read.ts';
import { words as common } from '../shell/words.ts';
import { API_KEYS, type ApiKey, inputsOf, type KeyWithSecret, MAX_LIFETIME_MS, protectimusInputs } from './api-key.ts';
import { KeyBadge } from './key-list.tsx';
import { words } from './words.ts';

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
        title={isGone ? words('notFound') : key?.name}
        back={{ href: API_KEYS, label: words('title') }}
        lead={
          key && (
            <>
              {words('prefix')} <code>{key.prefix}</code>
              {key.login !== null && (
                <>
                  <span class="dot">·</span> {words('login')} {key.login}
                </>
              )}
              <span class="dot">·</span> {words('lastUsed')}{' '}
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
              { title: words('what'), inputs: key.kind === 'bearer' ? inputsOf(choices) : protectimusInputs(key) },
              {
                title: words('howLong'),
                inputs: [
                  { name: 'enabled', kind: 'toggle', label: words('enabled'), hint: words('enabledHint') },
                  {
                    name: 'expiresAt',
                    kind: 'instant',
                    isAhead: true,
                    withinMs: MAX_LIFETIME_MS,
                    label: words('expires'),
                    hint: words('expiresHint'),
                  },
                ],
              },
            ]}
          />
          <section class="panel edit-section" aria-labelledby="secret">
            <div class="edit-about">
              <h2 id="secret">{words('secret')}</h2>
            </div>
            <div class="edit-fields">
              {key.formerUntil !== null && key.formerUntil > Date.now() && (
                <p class="strip">
                  {words('formerUntil')} <Timestamp at={key.formerUntil} isExact />
                </p>
              )}
              <Rotate<KeyWithSecret>
                path={path}
                version={version}
                name={key.name}
                hint={words('rotateHint')}
                secretOf={({ text }) => text}
                alsoChanged={changed}
              />
            </div>
          </section>
          <DeletePanel
            path={path}
            version={version}
            name={key.name}
            text={words('deleteText')}
            back={API_KEYS}
            alsoChanged={changed}
          />
        </>
      )}
    </>
  );
}
