import { FILTER_KINDS } from '@countersign/protocol/filters';
import { Filter, Plus } from 'lucide';
import { DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { canManage, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { FILTERS, type FilterView, ruleText } from './filter.ts';
import { t } from './i18n.ts';

export function FilterList() {
  const { session, texts } = useConsole();
  const { lang } = texts;
  const add = (key?: string) =>
    canManage(session) && (
      <Link class="small-primary" href={`${FILTERS}/new`} {...(key && { 'data-key': key })}>
        <Icon node={Plus} size={16} />
        {t('newFilter')}
      </Link>
    );
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} actions={add('c')} />
      <DataList<FilterView>
        path="filters"
        label={t('title')}
        columns={[
          { key: 'name', label: t('name'), sort: 'name', cell: ({ name }) => name },
          { key: 'kind', label: t('kind'), cell: ({ rule }) => t(rule.kind) },
          {
            key: 'rule',
            label: t('rule'),
            cell: ({ rule }) => <span class="muted clipped">{ruleText(rule, lang)}</span>,
          },
          {
            key: 'created',
            label: t('created'),
            sort: 'created',
            cell: ({ createdAt }) => <Timestamp at={createdAt} />,
          },
        ]}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${FILTERS}/${id}`}
        filters={[
          {
            name: 'kind',
            label: t('anyKind'),
            choices: FILTER_KINDS.map((kind) => ({ value: kind, label: t(kind) })),
          },
        ]}
        empty={
          <Empty icon={Filter} title={t('emptyTitle')} text={t('emptyText')}>
            {add()}
          </Empty>
        }
      />
    </>
  );
}
