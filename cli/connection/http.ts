import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { type Answer, type Problem, Refused, type SendOptions, type Service, Unreachable } from './service.ts';

export interface HttpTarget {
  /** A Unix socket, or the origin of a service. */
  at: { socket: string } | { url: URL };
  headers: Record<string, string>;
  timeoutMs?: number;
}

/** A service over HTTP: on a socket of this machine, or at a URL. */
export function httpService({ at, headers, timeoutMs = 600_000 }: HttpTarget, close = async () => {}): Service {
  return {
    async send(method, path, options = {}) {
      const answer = await exchange(
        at,
        method,
        withQuery(path, options.query),
        { ...options, headers: { ...headers, ...options.headers } },
        timeoutMs,
      );
      if (answer.status >= 400) throw new Refused(answer.status, problemOf(answer));
      return answer;
    },
    close,
  };
}

function exchange(
  at: HttpTarget['at'],
  method: string,
  path: string,
  { body, headers }: SendOptions,
  timeoutMs: number,
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...headers,
    ...(text !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Unreachable(`no answer from ${nameOf(at)}: ${error.message}`));
    const options = { method, headers: all, timeout: timeoutMs };
    const sent =
      'socket' in at
        ? overHttp({ ...options, socketPath: at.socket, path })
        : (at.url.protocol === 'https:' ? overHttps : overHttp)(new URL(path, at.url), options);
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const flat = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: answer.statusCode ?? 0, headers: flat, body: parse(raw) });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('it took too long')));
    sent.on('error', fail);
    sent.end(text);
  });
}

function withQuery(path: string, query: SendOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function parse(raw: string): unknown {
  if (raw === '') return undefined;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return raw;
  }
}

function problemOf({ status, body }: Answer): Problem {
  const { code, title, detail, errors } = (body ?? {}) as Partial<Problem>;
  if (typeof code !== 'string' || typeof title !== 'string')
    throw new Unreachable(`an answer of ${status} that is not ours`);
  return { code, title, ...(detail !== undefined && { detail }), ...(errors && { errors }) };
}

function nameOf(at: HttpTarget['at']): string {
  return 'socket' in at ? at.socket : at.url.origin;
}
