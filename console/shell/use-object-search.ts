import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole } from './context.ts';

const WAIT_MS = 180;
const MAX_FOUND = 6;

/** A list of the API that is searched by name, and what was found in it. */
export interface SearchResult<Source, Item> {
  source: Source;
  item: Item;
}

/** Objects of these lists whose names start with the text; requested shortly after the last key. */
export function useObjectSearch<Source extends { path: string }, Item extends { id: string }>(
  sources: readonly Source[],
  text: string,
): SearchResult<Source, Item>[] {
  const { client } = useConsole();
  const [results, setResults] = useState<SearchResult<Source, Item>[]>([]);
  const searched = useRef(sources);
  searched.current = sources;
  useEffect(() => {
    if (text === '') return setResults([]);
    const abort = new AbortController();
    const search = async (source: Source) => {
      const query = new URLSearchParams({ search: text, limit: String(MAX_FOUND) });
      const answer = await client.get<{ items: Item[] }>(`${source.path}?${query}`, undefined, abort.signal);
      return answer.kind === 'done' ? answer.body.items.map((item) => ({ source, item })) : [];
    };
    const timer = setTimeout(async () => {
      const all = await Promise.all(searched.current.map(search));
      if (!abort.signal.aborted) setResults(all.flat());
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, text]);
  return results;
}
