import { useEffect, useState } from 'preact/hooks';
import { useConsole } from '../shell/context.ts';
import { type ResourceFilters, usesFilter } from './filter.ts';

export interface FilterUsage {
  /** Undefined until all pages are loaded. */
  resources: readonly ResourceFilters[] | undefined;
  /** There are more resources than the console loads. */
  isCut: boolean;
}

const PAGE = 200;
const MAX_PAGES = 10;
export const MAX_RESOURCES = PAGE * MAX_PAGES;

/** The resources that use a filter. The API cannot list them by filter, so this goes through all resources. */
export function useFilterUsage(filter: string): FilterUsage {
  const { client } = useConsole();
  const [usage, setUsage] = useState<FilterUsage>({ resources: undefined, isCut: false });
  useEffect(() => {
    const abort = new AbortController();
    const load = async () => {
      const found: ResourceFilters[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const query = new URLSearchParams({ limit: String(PAGE), ...(after !== null && { after }) });
        const path = `resources?${query}`;
        const answer = await client.get<{ items: ResourceFilters[]; next: string | null }>(
          path,
          undefined,
          abort.signal,
        );
        if (abort.signal.aborted || answer.kind !== 'done') return;
        found.push(...answer.body.items.filter((one) => usesFilter(one, filter)));
        after = answer.body.next;
        if (after === null) break;
      }
      setUsage({ resources: found, isCut: after !== null });
    };
    load();
    return () => abort.abort();
  }, [client, filter]);
  return usage;
}
