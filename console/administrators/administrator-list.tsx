import { ShieldUser, UserPlus } from 'lucide';
import { DataList } from '../list/data-list.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { ADMINISTRATORS, AdministratorBadges, type AdministratorView } from './administrator.tsx';
import { Roles } from './roles.tsx';
import { words } from './words.ts';

export function AdministratorList() {
  const { session } = useConsole();
  const add = (
    <Link class="small-primary" href={`${ADMINISTRATORS}/new`} data-key="c">
      <Icon node={UserPlus} size={16} />
      {words('invite')}
    </Link>
  );
  return (
    <>
      <PageHead title={words('title')} lead={words('lead')} actions={add} />
      <DataList<AdministratorView>
        path="administrators"
        label={words('title')}
        columns={[
          {
            key: 'name',
            label: words('name'),
            cell: ({ id, name }) => (id === session.administrator.id ? `${name} (${words('you')})` : name),
          },
          { key: 'email', label: words('email'), cell: ({ email }) => <span class="muted">{email}</span> },
          { key: 'state', label: words('state'), cell: (one) => <AdministratorBadges of={one} /> },
          {
            key: 'token',
            label: words('hasToken'),
            cell: ({ hasToken }) => words(hasToken ? 'tokenSet' : 'tokenNone'),
          },
          { key: 'created', label: words('invited'), cell: ({ createdAt }) => <Timestamp at={createdAt} /> },
        ]}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${ADMINISTRATORS}/${id}`}
        filters={[
          {
            name: 'state',
            label: words('anyState'),
            choices: [
              { value: 'active', label: words('active') },
              { value: 'invited', label: words('invited') },
            ],
          },
        ]}
        empty={<Empty icon={ShieldUser} title={words('title')} text={words('lead')} />}
      />
      <Roles />
    </>
  );
}
