import { Badge } from '../parts/badge.tsx';
import type { EventView } from './event.ts';
import { words } from './words.ts';

const TONES = { done: 'plain', granted: 'good', refused: 'bad' } as const;

export function Outcome({ outcome }: Pick<EventView, 'outcome'>) {
  return <Badge tone={TONES[outcome] ?? 'plain'}>{words(outcome)}</Badge>;
}

const KINDS: Readonly<Record<string, Parameters<typeof words>[0]>> = {
  administrator: 'kindAdministrator',
  'api-key': 'kindApiKey',
  operator: 'kindOperator',
  service: 'kindService',
  user: 'kindUser',
};

/** Who did it, as far as it is known. */
export function ActorText({ actor }: Pick<EventView, 'actor'>) {
  const kind = KINDS[actor.kind];
  if (actor.kind === 'user' && actor.id === undefined) return <>{words('nobody')}</>;
  return <>{kind === undefined ? actor.kind : words(kind)}</>;
}
