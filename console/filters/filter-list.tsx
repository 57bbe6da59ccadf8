import { Filter, Plus } from 'lucide';
import { DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { FILTERS, type FilterView, ruleText } from './filter.ts';
import { words } from './words.ts';

const KINDS = ['geo', 'time', 'ip'] as const;

export function FilterList() {
  const { lang } = useConsole().texts;
  const add = (key?: string) => (
    <Link class="small-primary" href={`${FILTERS}/new`} {...(key && { 'data-key': key })}>
      <Icon node={Plus} size={16} />
      {words('newFilter')}
    </Link>
  );
  return (
    <>
      <PageHead title={words('title')} lead={words('lead')} actions={add('c')} />
      <DataList<FilterView>
        path="filters"
        label={words('title')}
        columns={[
          { key: 'name', label: words('name'), sort: 'name', cell: ({ name }) => name },
          { key: 'kind', label: words('kind'), cell: ({ rule }) => words(rule.kind) },
          {
            key: 'rule',
            label: words('rule'),
            cell: ({ rule }) => <span class="muted clipped">{ruleText(rule, lang)}</span>,
          },
          {
            key: 'created',
            label: words('created'),
            sort: 'created',
            cell: ({ createdAt }) => <Timestamp at={createdAt} />,
          },
        ]}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${FILTERS}/${id}`}
        filters={[
          {
            name: 'kind',
            label: words('anyKind'),
            choices: KINDS.map((kind) => ({ value: kind, label: words(kind) })),
          },
        ]}
        empty={
          <Empty icon={Filter} title={words('emptyTitle')} text={words('emptyText')}>
            {add()}
          </Empty>
        }
      />
    </>
  );
}
