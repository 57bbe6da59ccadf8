import { Breakable } from '../parts/breakable.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { useQuery } from '../shell/use-query.ts';
import { t } from './i18n.ts';
import { TokenBadge } from './states.tsx';
import { type Creator, TOKENS, type Token, USERS, type User } from './user.ts';

/** The name of a resource. Shows the id while the name is loading or the resource is gone. */
export function ResourceName({ id }: { id: string }) {
  const { body } = useQuery<{ name: string }>(`resources/${id}`);
  return <Link href={`/console/resources/${id}`}>{body?.name ?? id}</Link>;
}

export function UserName({ id }: { id: string }) {
  const { body } = useQuery<User>(`users/${id}`);
  return <Link href={`${USERS}/${id}`}>{body?.login ?? id}</Link>;
}

/** Plain text, for rows that are links themselves. */
export function OwnerLogin({ id }: { id: string }) {
  const { body } = useQuery<User>(`users/${id}`);
  return <Breakable text={body?.login ?? id} />;
}

/** A table cell: shows a dash for no text. */
export function CellText({ text }: { text: string }) {
  return text === '' ? <span class="muted">–</span> : <Breakable text={text} />;
}

/** With the token's state, which decides whether it can be used to sign in. */
export function TokenName({ id }: { id: string }) {
  const { body } = useQuery<Token>(`tokens/${id}`);
  return (
    <span class="with-state">
      <Link href={`${TOKENS}/${id}`}>{body?.name ?? id}</Link>
      {body && <TokenBadge token={body} />}
    </span>
  );
}

/** The actor of an event. Only the superuser sees administrators' names; others see the kind of actor and the id. */
export function ActorName({ actor: { kind, id } }: { actor: Creator }) {
  const { session } = useConsole();
  const path =
    id === undefined || !isSuperuser(session)
      ? undefined
      : kind === 'administrator'
        ? `administrators/${id}`
        : kind === 'api-key'
          ? `api-keys/${id}`
          : undefined;
  const { body } = useQuery<{ name: string }>(path);
  if (kind === 'administrator' && id === session.administrator.id) return <>{t('actorYou')}</>;
  if (kind === 'user' && id !== undefined) return <UserName id={id} />;
  switch (kind) {
    case 'administrator':
      if (body) return <>{body.name}</>;
      return (
        <>
          {t('actorAdministrator')} {id !== undefined && <code>{id}</code>}
        </>
      );
    case 'api-key':
      return <>{body ? t('actorKeyNamed', { name: body.name }) : t('actorKey')}</>;
    case 'operator':
      return <>{t('actorOperator')}</>;
    case 'user':
      return <>{t('actorUser')}</>;
    default:
      return <>{t('actorService')}</>;
  }
}
