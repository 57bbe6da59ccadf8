import type { Answer, Client } from '../service/client.ts';
import type { Target } from './link-run.ts';

/** The users who get links: `secret-lost`, because their tokens were lost with the master key. */
export type LinkGroup = 'without-password' | 'without-token' | 'secret-lost';

interface Page<Item> {
  items: Item[];
  next: string | null;
}

interface Watch {
  onFound(count: number): void;
  isStopped(): boolean;
}

/** Undefined as the answer: the user stopped it. */
export type Found = { targets: Target[] } | { answer: Exclude<Answer, { kind: 'done' }> | undefined };

/**
 * Reads the lists of the API to their ends, page by page. Whether a user has a working token is decided when the link is
 * made. Does not use the DOM.
 */
export async function findTargets(
  client: Pick<Client, 'get'>,
  group: LinkGroup,
  resource: string | undefined,
  watch: Watch,
): Promise<Found> {
  const owners = new Set<string>();
  if (group === 'secret-lost') {
    const read = await readAll<{ owner?: string }>(client, 'tokens?state=secret-lost', watch, ({ owner }) => {
      if (owner !== undefined) owners.add(owner);
    });
    if (read !== 'done') return read;
  }
  const targets: Target[] = [];
  const query = [
    'blocked=false',
    ...(group === 'without-password' ? ['hasPassword=false'] : []),
    ...(resource === undefined ? [] : [`resource=${resource}`]),
  ];
  const read = await readAll<Target>(client, `users?${query.join('&')}`, watch, ({ id, login }) => {
    if (group === 'secret-lost' && !owners.has(id)) return;
    targets.push({ id, login });
    if (targets.length % 100 === 0) watch.onFound(targets.length);
  });
  return read === 'done' ? { targets } : read;
}

async function readAll<Item>(
  client: Pick<Client, 'get'>,
  path: string,
  { isStopped }: Watch,
  onItem: (item: Item) => void,
): Promise<'done' | Extract<Found, { answer: unknown }>> {
  for (let after = ''; ; ) {
    if (isStopped()) return { answer: undefined };
    const answer = await client.get<Page<Item>>(`${path}&limit=200${after}`);
    if (answer.kind !== 'done') return { answer };
    answer.body.items.forEach(onItem);
    const { next } = answer.body;
    if (next === null) return 'done';
    after = `&after=${encodeURIComponent(next)}`;
  }
}
