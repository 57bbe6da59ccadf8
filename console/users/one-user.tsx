import { History } from '../shared/history/history.tsx';
import { UserBadge } from '../shared/states.tsx';
import { fullName, USERS, type User } from '../shared/user.ts';
import { words as people } from '../shared/words.ts';
import { useConsole } from '../shell/context.ts';
import { ObjectPage } from '../shell/object-page.tsx';
import { useQuery } from '../shell/use-read.ts';
import { UserDetails } from './user-details.tsx';
import { UserOverview } from './user-overview.tsx';
import { words } from './words.ts';

/** One person, in tabs. */
export function OneUser({ id }: { id: string }) {
  const { tab } = useConsole().address.params;
  const path = `users/${id}`;
  const read = useQuery<User>(path);
  const { body: user, version } = read;
  const here = `${USERS}/${id}`;
  return (
    <ObjectPage
      read={read}
      back={{ href: USERS, label: words('title') }}
      goneTitle={words('oneTitle')}
      title={user?.login}
      lead={user && fullName(user)}
      labels={{ copyId: words('copyId'), tabs: words('tabs') }}
      badges={user && <UserBadge user={user} />}
      tabs={[
        { href: here, label: words('tabOverview') },
        { href: `${here}/details`, label: words('tabDetails') },
        { href: `${here}/history`, label: people('history') },
      ]}
    >
      {user && tab === undefined && <UserOverview user={user} />}
      {user && tab === 'details' && <UserDetails user={user} version={version} />}
      {tab === 'history' && <History path={path} />}
    </ObjectPage>
  );
}
