import type { ChecklistItem, ChecklistView } from '@countersign/protocol/checklist';
import { Tick } from '@countersign/ui/icons.tsx';
import type { Read } from '../service/query-cache.ts';
import { canActOn, isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { Problem } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { checklistLink, leadsToResource, SUPERUSERS } from './checklist-links.ts';
import { t } from './i18n.ts';

/** The steps up to the first sign-in, each with a link to its page. */
export function Checklist({ read }: { read: Read<ChecklistView> & { retry(): void } }) {
  const items = read.body?.items ?? [];
  const open = items.filter(({ done }) => !done).map(({ item }) => item);
  return (
    <section class="panel checklist" aria-labelledby="checklist">
      <h2 id="checklist">{t('checklist')}</h2>
      <p class="hint" role="status">
        {read.body &&
          (read.body.done
            ? t('checklistAll')
            : t('checklistDone', { done: items.length - open.length, total: items.length }))}
      </p>
      {!read.body && read.problem && <Problem read={read} />}
      <ol>
        {items.map(({ item, done }) => (
          <li key={item} class={done ? 'done' : undefined}>
            <Tick isDone={done} />
            <div>
              <h3>
                <span class="unseen">{t(done ? 'itemDone' : 'itemOpen')} </span>
                {t(item)}
              </h3>
              {!done && <HowTo item={item} isFirst={item === open[0]} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function HowTo({ item, isFirst }: { item: ChecklistItem; isFirst: boolean }) {
  const { session } = useConsole();
  const newest = useQuery<{ items: { id: string }[] }>('resources?limit=1');
  const resource = newest.body?.items[0]?.id;
  // A link that changed its target after it was shown would lead to the list.
  const isPending = resource === undefined && (newest.isLoading || !(newest.body || newest.problem));
  const others =
    SUPERUSERS.includes(item) && !isSuperuser(session)
      ? 'bySuperuser'
      : item === 'allow-origin' && resource !== undefined && !canActOn(session, resource)
        ? 'byOthers'
        : undefined;
  return (
    <>
      <p class="hint close">{t(`${item}Hint`)}</p>
      {others ? (
        <p class="hint">{t(others)}</p>
      ) : isPending && leadsToResource(item) ? null : (
        <p class="there">
          <Link class={isFirst ? 'small-primary' : 'secondary'} href={checklistLink(item, resource)}>
            {t('doThis')}
            <span class="unseen">: {t(item)}</span>
          </Link>
        </p>
      )}
    </>
  );
}
