import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '@countersign/protocol/coded-error';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type Answer, type Problem, type SendOptions, type Service, ServiceRefusal, Unreachable } from './service.ts';

interface HttpTarget {
  /** A Unix socket, or the origin of a service. */
  at: { socket: string } | { url: URL };
  headers: Record<string, string>;
  timeoutMs?: number;
}

export interface HttpService extends Service {
  /** The same service with more headers on every request. */
  as(headers: Record<string, string>): HttpService;
}

/** A service over HTTP: on a local socket, or at a URL. */
export function httpService(target: HttpTarget, close = async () => {}): HttpService {
  const { headers } = target;
  return {
    async send(method, path, options = {}) {
      const all = { ...options, headers: { ...headers, ...options.headers } };
      const answer = await exchange(target, method, withQuery(path, options.query), all, readAnswer);
      if (answer.status >= 400) throw new ServiceRefusal(answer.status, problemOf(answer));
      return answer;
    },
    async download(path, query, to) {
      const refused = await exchange(target, 'GET', withQuery(path, query), { headers }, async (answer) => {
        if ((answer.statusCode ?? 0) >= 400) return readAnswer(answer);
        await pipeline(answer, to, { end: false });
        return undefined;
      });
      if (refused) throw new ServiceRefusal(refused.status, problemOf(refused));
    },
    as: (further) => httpService({ ...target, headers: { ...headers, ...further } }, close),
    close,
  };
}

function exchange<T>(
  { at, timeoutMs = 600_000 }: HttpTarget,
  method: string,
  path: string,
  { body, headers }: SendOptions,
  read: (answer: IncomingMessage) => Promise<T>,
): Promise<T> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...headers,
    ...(text !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
    }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(error instanceof CodedError ? error : new Unreachable(`no answer from ${nameOf(at)}: ${error.message}`));
    const options = { method, headers: all, timeout: timeoutMs };
    const sent =
      'socket' in at
        ? overHttp({ ...options, socketPath: at.socket, path })
        : (at.url.protocol === 'https:' ? overHttps : overHttp)(new URL(path, at.url), options);
    sent.on('response', (answer) => void read(answer).then(resolve, fail));
    sent.on('timeout', () => sent.destroy(new Error('it took too long')));
    sent.on('error', fail);
    sent.end(text);
  });
}

async function readAnswer(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return { status: answer.statusCode ?? 0, headers, body: parse(Buffer.concat(chunks).toString('utf8')) };
}

function withQuery(path: string, query: SendOptions['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
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
    throw new Unreachable(`unexpected response (${status}), not from this service`);
  return { code, title, ...omitUndefined({ detail: detail ?? undefined, errors: errors ?? undefined }) };
}

function nameOf(at: HttpTarget['at']): string {
  return 'socket' in at ? at.socket : at.url.origin;
}
