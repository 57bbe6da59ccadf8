import { type ChecklistItem, type ChecklistView, OPTIONAL_ITEMS } from '@countersign/protocol/checklist';
import { DOCUMENTS_PATH } from '@countersign/protocol/documents';
import { Alert } from '@countersign/ui/alert.tsx';
import { Tick } from '@countersign/ui/icons.tsx';
import { useState } from 'preact/hooks';
import { CHECKLIST_DOCUMENTS } from '../documents.ts';
import type { Read } from '../service/query-cache.ts';
import { canActOn, canManage, isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { Problem } from '../shell/problem.tsx';
import { refusalMessage } from '../shell/refusal.ts';
import { useQuery } from '../shell/use-query.ts';
import { checklistLink, isOperators, leadsToResource, SUPERUSERS } from './checklist-links.ts';
import { t } from './i18n.ts';

type Items = ChecklistView['items'];

/**
 * The steps up to the first sign-in, and what is easily forgotten, each with a link to its page and its document. Steps
 * that were all done before the page was opened are of no use any more.
 */
export function Checklist({ read, hide }: { read: Read<ChecklistView> & { retry(): void }; hide(): void }) {
  const items = read.body?.items ?? [];
  const steps = items.filter(({ item }) => !OPTIONAL_ITEMS.includes(item));
  const extras = items.filter(({ item }) => OPTIONAL_ITEMS.includes(item));
  const first = items.find(({ done }) => !done)?.item;
  const [isPast] = useState(read.body?.done === true && extras.length > 0);
  const countOf = (of: Items) => t('checklistDone', { done: of.filter(({ done }) => done).length, total: of.length });
  return (
    <section class="panel checklist" aria-labelledby="checklist">
      <div class="checklist-head">
        <h2 id="checklist">{t(isPast ? 'checklistExtras' : 'checklist')}</h2>
        <button type="button" class="quiet" onClick={hide}>
          {t('hideChecklist')}
        </button>
      </div>
      {!isPast && (
        <>
          <p class="hint" role="status">
            {read.body && (read.body.done ? t('checklistAll') : countOf(steps))}
          </p>
          {!read.body && read.problem && <Problem read={read} />}
          <Steps items={steps} first={first} />
        </>
      )}
      {extras.length > 0 && (
        <>
          {!isPast && <h3 class="checklist-extras">{t('checklistExtras')}</h3>}
          <p class="hint close">{countOf(extras)}</p>
          <Steps items={extras} first={first} />
        </>
      )}
    </section>
  );
}

function Steps({ items, first }: { items: Items; first: ChecklistItem | undefined }) {
  return (
    <ol>
      {items.map(({ item, done, count = 0 }) => (
        <li key={item} class={done ? 'done' : undefined}>
          <Tick isDone={done} />
          <div>
            <h3>
              <span class="unseen">{t(done ? 'itemDone' : 'itemOpen')} </span>
              {t(item, { count })}
            </h3>
            {!done && <HowTo item={item} isFirst={item === first} />}
          </div>
        </li>
      ))}
    </ol>
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
      : (item !== 'back-up' && !canManage(session)) ||
          (item === 'allow-origin' && resource !== undefined && !canActOn(session, resource))
        ? 'byOthers'
        : undefined;
  const kind = isFirst ? 'small-primary' : 'secondary';
  return (
    <>
      <p class="hint close">{t(`${item}Hint`)}</p>
      {others && <p class="hint">{t(others)}</p>}
      <p class="there">
        {!others && !isOperators(item) && !(isPending && leadsToResource(item)) && (
          <Link class={kind} href={checklistLink(item, resource)}>
            {t(`${item}Act`)}
          </Link>
        )}
        {!others && item === 'copy-master-key' && <CopyMade kind={kind} />}
        <a class="read" href={DOCUMENTS_PATH + CHECKLIST_DOCUMENTS[item]} target="_blank" rel="noreferrer">
          {t('readThis')}
          <span class="unseen">: {t(item, { count: 0 })}</span>
        </a>
      </p>
    </>
  );
}

/** The service cannot see the copy, so an administrator says that there is one. It holds for the current key. */
function CopyMade({ kind }: { kind: string }) {
  const { client, reads, texts } = useConsole();
  const [problem, setProblem] = useState<string>();
  const tick = async () => {
    const answer = await client.send('PATCH', 'account', { masterKeyCopied: true });
    if (answer.kind === 'done') reads.changed('account', 'checklist');
    else setProblem(refusalMessage(texts, answer));
  };
  return (
    <>
      <Alert>{problem}</Alert>
      <button type="button" class={kind} onClick={tick}>
        {t('copyMade')}
      </button>
    </>
  );
}
