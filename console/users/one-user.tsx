import { History } from '../shared/history/history.tsx';
import { t as sharedTexts } from '../shared/i18n.ts';
import { fullName, USERS, type User } from '../shared/user.ts';
import { useConsole } from '../shell/context.ts';
import { ObjectPage } from '../shell/object-page.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';
import { StatusBadge } from './status-badge.tsx';
import { useSignInStatus } from './use-sign-in-status.ts';
import { UserDetails } from './user-details.tsx';
import { UserOverview } from './user-overview.tsx';

/** The page of one user. */
export function OneUser({ id }: { id: string }) {
  const { tab } = useConsole().address.params;
  const path = `users/${id}`;
  const read = useQuery<User>(path);
  const { body: user, version } = read;
  const signIn = useSignInStatus(user);
  const here = `${USERS}/${id}`;
  return (
    <ObjectPage
      read={read}
      back={{ href: USERS, label: t('title') }}
      goneTitle={t('oneTitle')}
      title={user?.login}
      lead={user && fullName(user)}
      labels={{ copyId: t('copyId'), tabs: t('tabs') }}
      badges={user && <StatusBadge user={user} status={signIn.status} />}
      tabs={[
        { href: here, label: t('tabOverview') },
        { href: `${here}/details`, label: t('tabDetails') },
        { href: `${here}/history`, label: sharedTexts('history') },
      ]}
    >
      {user && tab === undefined && <UserOverview user={user} signIn={signIn} />}
      {user && tab === 'details' && <UserDetails user={user} version={version} />}
      {tab === 'history' && <History path={path} />}
    </ObjectPage>
  );
}
