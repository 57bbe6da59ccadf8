import { useState } from 'preact/hooks';
import type { EventView } from '../../events/event.ts';
import { reasonText, typeText } from '../../events/i18n.ts';
import { Badge } from '../../parts/badge.tsx';
import { Problem, Skeleton } from '../../shell/problem.tsx';
import { Timestamp } from '../../shell/timestamp.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { t } from '../i18n.ts';
import { ActorName, ResourceName } from '../names.tsx';

interface Page {
  items: EventView[];
  next: string | null;
}

/** The history of a user or a token, newest first, page by page. */
export function History({ path }: { path: string }) {
  const [pages, setPages] = useState<readonly (string | undefined)[]>([undefined]);
  return (
    <section class="panel history" aria-label={t('history')}>
      <p class="hint">{t('historyText')}</p>
      {pages.map((after, at) => (
        <HistoryPage
          key={after ?? 'newest'}
          path={`${path}/events?limit=50${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`}
          isLast={at === pages.length - 1}
          onMore={(next) => setPages([...pages, next])}
        />
      ))}
    </section>
  );
}

function HistoryPage({ path, isLast, onMore }: { path: string; isLast: boolean; onMore(next: string): void }) {
  const read = useQuery<Page>(path);
  const { body } = read;
  if (!body) return read.problem ? <Problem read={read} /> : <Skeleton lines={6} />;
  return (
    <>
      {body.items.length === 0 && body.next === null && <p class="list-none">{t('historyNone')}</p>}
      <ol>
        {body.items.map((event) => (
          <li key={event.id}>
            <Line event={event} />
          </li>
        ))}
      </ol>
      {isLast && body.next !== null && (
        <button type="button" class="secondary" onClick={() => onMore(body.next ?? '')}>
          {t('older')}
        </button>
      )}
    </>
  );
}

function Line({ event }: { event: EventView }) {
  const { type, at, actor, resource, outcome, reason, changed, address } = event;
  return (
    <>
      <span class="history-when">
        <Timestamp at={at} isExact />
      </span>
      <span class="history-what">
        <span class="with-state">
          <strong>{typeText(type)}</strong>
          {outcome !== 'done' && (
            <Badge tone={outcome === 'granted' ? 'good' : 'bad'}>
              {t(outcome === 'granted' ? 'granted' : 'refused')}
            </Badge>
          )}
        </span>
        {reason !== undefined && <span>{reasonText(reason)}</span>}
        <span class="muted">
          <ActorName actor={actor} />
          {resource !== undefined && (
            <>
              {' · '}
              <ResourceName id={resource} />
            </>
          )}
          {changed && changed.length > 0 && ` · ${t('changedFields', { fields: changed.join(', ') })}`}
          {address !== undefined && ` · ${t('fromAddress', { address })}`}
        </span>
      </span>
    </>
  );
}

/** When and by whom the field was last changed. Nothing if the history does not say. */
export function Since({ path, type, field }: { path: string; type: string; field: string }) {
  const { body } = useQuery<Page>(`${path}/events?type=${type}&limit=50`);
  const event = body?.items.find(({ changed }) => changed?.includes(field));
  if (!event) return null;
  return (
    <span>
      {t('sinceBy')} <Timestamp at={event.at} isExact /> (<ActorName actor={event.actor} />)
    </span>
  );
}
