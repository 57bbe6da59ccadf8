import { useEffect, useState } from 'preact/hooks';
import { useConsole } from '../shell/context.ts';
import { type Holding, holds } from './filter.ts';

export interface Holdings {
  /** Undefined until all are looked through. */
  resources: readonly Holding[] | undefined;
  /** There were more than are looked through. */
  isCut: boolean;
}

const PAGE = 200;
const MOST_PAGES = 10;
export const MOST_LOOKED_AT = PAGE * MOST_PAGES;

/** The resources that have a filter. The API does not list them by it, so all are looked through. */
export function useHoldings(filter: string): Holdings {
  const { client } = useConsole();
  const [holdings, setHoldings] = useState<Holdings>({ resources: undefined, isCut: false });
  useEffect(() => {
    const abort = new AbortController();
    const look = async () => {
      const found: Holding[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < MOST_PAGES; pages++) {
        const query = new URLSearchParams({ limit: String(PAGE), ...(after !== null && { after }) });
        const path = `resources?${query}`;
        const answer = await client.get<{ items: Holding[]; next: string | null }>(path, undefined, abort.signal);
        if (abort.signal.aborted || answer.kind !== 'done') return;
        found.push(...answer.body.items.filter((one) => holds(one, filter)));
        after = answer.body.next;
        if (after === null) break;
      }
      setHoldings({ resources: found, isCut: after !== null });
    };
    look();
    return () => abort.abort();
  }, [client, filter]);
  return holdings;
}
