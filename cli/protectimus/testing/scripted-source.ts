import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer to one request: an object is the `response` of the envelope; a function writes it itself. */
export type ScriptedAnswer = object | ((request: IncomingMessage, response: ServerResponse) => void);

export interface ScriptedSource {
  url: string;
  /** Every requested path with its query. */
  requests: string[];
  close(): void;
}

/** A source with scripted answers. `script` gets the path without suffix, and the query. */
export async function startScriptedSource(
  script: (path: string, query: URLSearchParams, times: number) => ScriptedAnswer | undefined,
): Promise<ScriptedSource> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://source.example');
    const path = pathname.replace('/api/v1/', '').replace(/\.json$/, '');
    requests.push(request.url ?? '');
    const times = requests.filter((one) => one === request.url).length;
    const answer = script(path, searchParams, times) ?? emptyAccount(path);
    if (typeof answer === 'function') answer(request, response);
    else response.end(JSON.stringify({ responseHolder: { status: 'OK', response: answer } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, requests, close };
}

/** The answers of an empty account. */
function emptyAccount(path: string): object {
  if (path.endsWith('/quantity')) return { quantity: 0 };
  return { [path.split('/').at(-1) ?? '']: [] };
}

/** Pages of these objects, unless the list is filtered. */
export function pageOf(name: string, objects: readonly unknown[], query: URLSearchParams): object {
  const [start, limit] = [Number(query.get('start')), Number(query.get('limit'))];
  return { [name]: query.has('block') ? [] : objects.slice(start, start + limit) };
}
