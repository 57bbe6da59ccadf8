import { useInside } from '../inside/context.ts';
import { ObjectPage } from '../inside/object-page.tsx';
import { useRead } from '../inside/use-read.ts';
import { History } from '../people/history.tsx';
import { fullName, USERS, type User } from '../people/person.ts';
import { UserBadge } from '../people/states.tsx';
import { words as people } from '../people/words.ts';
import { UserDetails } from './user-details.tsx';
import { UserOverview } from './user-overview.tsx';
import { words } from './words.ts';

/** One person, in tabs. */
export function OneUser({ id }: { id: string }) {
  const { tab } = useInside().address.params;
  const path = `users/${id}`;
  const read = useRead<User>(path);
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
