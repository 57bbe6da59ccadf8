import { Badge } from '../parts/badge.tsx';
import { Breakable } from '../parts/breakable.tsx';
import { isSuperuser, useConsole } from '../shell/context.ts';
import { useQuery } from '../shell/use-query.ts';
import { type EventView, objectPath } from './event.ts';
import { t } from './i18n.ts';

const TONES = { done: 'plain', granted: 'good', refused: 'bad' } as const;

export function Outcome({ outcome }: Pick<EventView, 'outcome'>) {
  return <Badge tone={TONES[outcome] ?? 'plain'}>{t(outcome)}</Badge>;
}

const KINDS: Readonly<Record<string, Parameters<typeof t>[0]>> = {
  administrator: 'kindAdministrator',
  'api-key': 'kindApiKey',
  operator: 'kindOperator',
  service: 'kindService',
  user: 'kindUser',
};

interface NamedObject {
  name?: string;
  login?: string;
}

/** Kinds of objects that every administrator may read; only the superuser requests names of other kinds. */
const VISIBLE_TO_ALL = /^(?:res|usr|tok|flt)_/;

/** The name of an object, if it is known and visible to this administrator, and the page that shows it. */
export function useNameOf(id: string): { name: string | undefined; href: string | undefined } {
  const { session } = useConsole();
  const href = objectPath(id);
  const isSeen = VISIBLE_TO_ALL.test(id) || isSuperuser(session);
  const read = useQuery<NamedObject>(isSeen && href !== undefined ? href.replace('/console/', '') : undefined);
  const isSelf = id === session.administrator.id;
  const isOpen = isSeen && !read.problem;
  return {
    name: isSelf ? session.administrator.name : (read.body?.name ?? read.body?.login),
    href: isOpen ? href : undefined,
  };
}

/** Plain text, for rows that are links themselves. Shows the id while the name is loading or the object is gone. */
export function NameOf({ id }: { id: string }) {
  const { name } = useNameOf(id);
  return name === undefined ? <code>{id}</code> : <Breakable text={name} />;
}

/** The actor of an event, as far as it is known. */
export function ActorText({ actor }: Pick<EventView, 'actor'>) {
  const kind = KINDS[actor.kind];
  if (actor.kind === 'user' && actor.id === undefined) return <>{t('unknownUser')}</>;
  return <>{kind === undefined ? actor.kind : t(kind)}</>;
}
