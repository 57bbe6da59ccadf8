import type { SecondFactorState } from '@countersign/protocol/users';
import { FileUp, Plus, Send, Users } from 'lucide';
import { choicesOf } from '../edit/inputs.ts';
import { type Column, DataList, type ListFilter } from '../list/data-list.tsx';
import { Breakable } from '../parts/breakable.tsx';
import { Icon } from '../parts/icon.tsx';
import { dayText } from '../parts/time.ts';
import { CellText } from '../shared/names.tsx';
import { usePicker } from '../shared/pickers/picker.tsx';
import { UserBadge } from '../shared/states.tsx';
import { fullName, USERS, type User } from '../shared/user.ts';
import { canManage, isReadOnly, useConsole } from '../shell/context.ts';
import { Empty } from '../shell/empty.tsx';
import { Link } from '../shell/link.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Timestamp } from '../shell/timestamp.tsx';
import { useQuery } from '../shell/use-query.ts';
import { bulkActions } from './bulk-actions.ts';
import { t } from './i18n.ts';

export function UserList() {
  const context = useConsole();
  const { session, address } = context;
  const { pick, dialog } = usePicker();
  const resources = useResourceFilter(address.query.get('resource'), t('anyResource'));
  const isManager = canManage(session);
  return (
    <>
      <PageHead
        title={t('title')}
        lead={t('lead')}
        actions={
          <>
            {!isReadOnly(session) && (
              <Link class="secondary" href={`${USERS}/links`}>
                <Icon node={Send} size={16} />
                {t('manyOpen')}
              </Link>
            )}
            {isManager && (
              <Link class="secondary" href={`${USERS}/import`} data-key="i">
                <Icon node={FileUp} size={16} />
                {t('import')}
              </Link>
            )}
            {isManager && <NewLink />}
          </>
        }
      />
      <DataList<User>
        path="users"
        label={t('title')}
        columns={columns()}
        nameOf={({ login }) => login}
        hrefOf={({ id }) => `${USERS}/${id}`}
        isCounted
        filters={[...filters(), resources]}
        bulk={bulkActions(context, pick)}
        empty={
          <Empty icon={Users} title={t('emptyTitle')} text={t('emptyText')}>
            {isManager && (
              <div class="empty-actions">
                <NewLink isSecond />
                <Link class="secondary" href={`${USERS}/import`}>
                  <Icon node={FileUp} size={16} />
                  {t('import')}
                </Link>
              </div>
            )}
          </Empty>
        }
      />
      {dialog}
    </>
  );
}

const columns = (): Column<User>[] => [
  { key: 'login', label: t('login'), sort: 'name', cell: (user) => <LoginCell user={user} /> },
  { key: 'state', label: t('state'), cell: (user) => <ListedState user={user} /> },
  { key: 'name', label: t('name'), cell: (user) => <CellText text={fullName(user)} /> },
  { key: 'email', label: t('email'), cell: ({ email = '' }) => <CellText text={email} />, isMinor: true },
  { key: 'access', label: t('access'), cell: accessText },
  { key: 'lastSignIn', label: t('lastSignIn'), cell: ({ lastSignIn }) => <SignInDay day={lastSignIn} /> },
  {
    key: 'created',
    label: t('created'),
    sort: 'created',
    cell: ({ createdAt }) => <Timestamp at={createdAt} />,
    isMinor: true,
  },
];

const filters = (): ListFilter[] => [
  {
    name: 'blocked',
    label: t('anyState'),
    choices: [
      { value: 'false', label: t('notBlocked') },
      { value: 'true', label: t('onlyBlocked') },
    ],
  },
  {
    name: 'hasPassword',
    label: t('anyPassword'),
    choices: [
      { value: 'false', label: t('withoutPassword') },
      { value: 'true', label: t('withPassword') },
    ],
  },
  {
    name: 'secondFactor',
    label: t('anySecondFactor'),
    choices: choicesOf<SecondFactorState>({
      none: { label: t('withoutSecondFactor') },
      locked: { label: t('onlyLocked') },
      deactivated: { label: t('onlyDeactivated') },
    }),
  },
  {
    name: 'signedIn',
    label: t('anySignIn'),
    choices: [
      { value: 'false', label: t('neverSignedIn') },
      { value: 'true', label: t('hasSignedIn') },
    ],
  },
];

/** On a narrow desk, the address has no column of its own. */
function LoginCell({ user: { login, email } }: { user: User }) {
  return (
    <>
      <Breakable text={login} />
      {email !== undefined && email !== login && (
        <span class="below-name">
          <Breakable text={email} />
        </span>
      )}
    </>
  );
}

/** Whether the user is blocked, or has lost the second factor. Only the user's page asks for the whole decision. */
function ListedState({ user }: { user: User }) {
  const { lang } = useConsole().texts;
  const { passwordAloneSince: since } = user;
  if (since === undefined) return <UserBadge user={user} />;
  const text = since === null ? t('aloneSomewhere') : t('aloneSomewhereSince', { since: dayText(lang, since) });
  return <span class="state-since">{text}</span>;
}

/** A UTC day, as in the statistics. */
function SignInDay({ day }: { day: string | null | undefined }) {
  const { lang } = useConsole().texts;
  if (day === undefined) return null;
  if (day === null) return t('never');
  const text = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(day));
  return <time datetime={day}>{text}</time>;
}

function NewLink({ isSecond = false }: { isSecond?: boolean }) {
  return (
    <Link class="small-primary" href={`${USERS}/new`} {...(!isSecond && { 'data-key': 'c' })}>
      <Icon node={Plus} size={16} />
      {t('newUser')}
    </Link>
  );
}

function accessText({ assignments, otherResources = 0 }: User): string {
  const length = assignments.length + otherResources;
  if (length === 0) return t('nowhere');
  return t('resources', { count: length }).replaceAll(' ', '\u00a0');
}

/** A filter by resource. It includes the resource in the address, which may not have loaded yet. */
function useResourceFilter(inAddress: string | null, label: string): ListFilter {
  const { body } = useQuery<{ items: { id: string; name: string }[] }>('resources?limit=200&sort=name');
  const known = (body?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const isMissing = /^res_[0-9a-z]{11}$/.test(inAddress ?? '') && !known.some(({ value }) => value === inAddress);
  const choices = isMissing ? [...known, { value: inAddress ?? '', label: inAddress ?? '' }] : known;
  return { name: 'resource', label, choices };
}
