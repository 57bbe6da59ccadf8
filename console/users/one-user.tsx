import { useInside } from '../inside/context.ts';
import { PageHead } from '../inside/page-head.tsx';
import { Bones, Problem } from '../inside/problem.tsx';
import { Tabs } from '../inside/tabs.tsx';
import { useRead } from '../inside/use-read.ts';
import { When } from '../inside/when.tsx';
import { Copy } from '../parts/copy.tsx';
import { History } from '../people/history.tsx';
import { fullName, USERS, type User } from '../people/person.ts';
import { UserBadge } from '../people/states.tsx';
import { words as people } from '../people/words.ts';
import { UserDetails } from './user-details.tsx';
import { UserOverview } from './user-overview.tsx';
import { words } from './words.ts';

/** One person, in tabs. */
export function OneUser({ id }: { id: string }) {
  const { address, texts } = useInside();
  const path = `users/${id}`;
  const read = useRead<User>(path);
  const { body: user, version } = read;
  const here = `${USERS}/${id}`;
  const tabs = [
    { href: here, label: words('tabOverview') },
    { href: `${here}/details`, label: words('tabDetails') },
    { href: `${here}/history`, label: people('history') },
  ];
  const { tab } = address.params;
  const part = tabs.find(({ href }) => href === address.path)?.label;
  const isGone = read.problem && !user;
  return (
    <>
      <PageHead
        title={isGone ? words('oneTitle') : user?.login}
        {...(part !== undefined && { part })}
        back={{ href: USERS, label: words('title') }}
        lead={
          user && (
            <>
              {fullName(user) !== '' && (
                <>
                  {fullName(user)}
                  <span class="dot">·</span>{' '}
                </>
              )}
              {words('id')} <code>{user.id}</code> <Copy texts={texts} text={user.id} what={words('copyId')} />
              <span class="dot">·</span> {words('madeAt')} <When at={user.createdAt} />
            </>
          )
        }
      >
        {user && <UserBadge user={user} />}
      </PageHead>
      {isGone && <Problem read={read} />}
      {!user && !read.problem && <Bones lines={8} />}
      {user && (
        <>
          <Tabs label={words('tabs')} tabs={tabs} />
          {tab === undefined && <UserOverview user={user} />}
          {tab === 'details' && <UserDetails user={user} version={version} />}
          {tab === 'history' && <History path={path} />}
        </>
      )}
    </>
  );
}
