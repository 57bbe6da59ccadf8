import { ShieldUser, UserPlus } from 'lucide';
import { type Column, DataList } from '../list/data-list.tsx';
import { Muted } from '../parts/breakable.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { ADMINISTRATORS, AdministratorBadges, type AdministratorView } from './administrator.tsx';
import { t } from './i18n.ts';
import { PasskeysOnly } from './passkeys-only.tsx';
import { Roles } from './roles.tsx';

export function AdministratorList() {
  const { session } = useConsole();
  const add = (
    <Link class="small-primary" href={`${ADMINISTRATORS}/new`} data-key="c">
      <Icon node={UserPlus} size={16} />
      {t('invite')}
    </Link>
  );
  const token: Column<AdministratorView> = {
    key: 'token',
    label: t('hasToken'),
    cell: ({ hasToken }) => t(hasToken ? 'tokenSet' : 'tokenNone'),
  };
  return (
    <>
      <PageHead title={t('title')} lead={t('lead')} actions={add} />
      <DataList<AdministratorView>
        path="administrators"
        label={t('title')}
        columns={[
          {
            key: 'name',
            label: t('name'),
            cell: ({ id, name }) => (id === session.administrator.id ? `${name} (${t('you')})` : name),
          },
          { key: 'email', label: t('email'), cell: ({ email }) => <Muted text={email} /> },
          { key: 'state', label: t('state'), cell: (one) => <AdministratorBadges of={one} /> },
          // Where a passkey is required, a token does not sign in.
          ...(session.isPasskeyRequired ? [] : [token]),
          {
            key: 'created',
            label: t('invited'),
            cell: ({ createdAt }) => <Timestamp at={createdAt} />,
            isMinor: true,
          },
        ]}
        nameOf={({ name }) => name}
        hrefOf={({ id }) => `${ADMINISTRATORS}/${id}`}
        filters={[
          {
            name: 'state',
            label: t('anyState'),
            choices: [
              { value: 'active', label: t('active') },
              { value: 'invited', label: t('invited') },
            ],
          },
        ]}
        empty={<Empty icon={ShieldUser} title={t('title')} text={t('lead')} />}
      />
      <PasskeysOnly />
      <Roles />
    </>
  );
}
