import { DeletePanel } from '../edit/delete-panel.tsx';
import { EditForm } from '../edit/edit-form.tsx';
import { Badge } from '../parts/badge.tsx';
import { canActOn, isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { FILTERS, type FilterView, mayChange } from './filter.ts';
import { t } from './i18n.ts';
import { Refused } from './refused.tsx';
import { ruleInput } from './rule-input.tsx';
import { MAX_RESOURCES, useFilterUsage } from './use-filter-usage.ts';

export function OneFilter({ id }: { id: string }) {
  const { session, texts } = useConsole();
  const path = `filters/${id}`;
  const read = useQuery<FilterView>(path);
  const { resources, isCut } = useFilterUsage(id);
  const { body: filter, version } = read;
  const isGone = read.problem && !filter;
  const isMine = filter !== undefined && mayChange(session, filter);
  const isAll = (resources ?? []).every((one) => canActOn(session, one.id));
  return (
    <>
      <PageHead
        title={isGone ? t('notFound') : filter?.name}
        back={{ href: FILTERS, label: t('title') }}
        lead={
          filter && (
            <>
              {t('created')} <Timestamp at={filter.createdAt} />
            </>
          )
        }
      >
        {filter && <Badge tone="plain">{t(filter.rule.kind)}</Badge>}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!filter && !read.problem && <Skeleton lines={8} />}
      {filter && (
        <>
          {!isMine && <p class="strip">{t('notYours')}</p>}
          {isMine && !isAll && <p class="strip">{t('notAll')}</p>}
          <EditForm
            path={path}
            body={filter}
            version={version}
            isReadOnly={!isMine || !isAll}
            alsoChanged={['filters']}
            sections={[
              {
                title: t('rule'),
                text: t('ruleHint'),
                inputs: [{ name: 'name', kind: 'text', max: 100, label: t('name') }, ruleInput(texts.lang)],
              },
            ]}
          />
          <section class="panel edit-section" aria-labelledby="using">
            <div class="edit-about">
              <h2 id="using">{t('using')}</h2>
            </div>
            <div class="edit-fields">
              {resources === undefined && <Skeleton lines={2} />}
              {resources?.length === 0 && <p class="hint">{t(isSuperuser(session) ? 'usingNone' : 'usingNoneSeen')}</p>}
              {resources !== undefined && resources.length > 0 && (
                <ul class="plain-list">
                  {resources.map((one) => (
                    <li key={one.id}>
                      <Link href={`/console/resources/${one.id}`}>{one.name}</Link>
                    </li>
                  ))}
                </ul>
              )}
              {isCut && <p class="hint">{t('usingMany', { count: MAX_RESOURCES })}</p>}
            </div>
          </section>
          {resources !== undefined && resources.length > 0 && <Refused filter={id} resources={resources} />}
          <DeletePanel
            path={path}
            version={version}
            name={filter.name}
            text={t('deleteText')}
            back={FILTERS}
            alsoChanged={['filters']}
            why={!isMine ? t('notYours') : resources && resources.length > 0 ? t('inUse') : undefined}
          />
        </>
      )}
    </>
  );
}
