import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { SendFailure } from '@countersign/protocol/webhooks';
import { canonicalAddress } from '../../kernel/addresses.ts';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import type { AskOutcome, WebhookRequest, WebhookSender } from '../../kernel/ports/webhook-sender.ts';
import type { SendOutcome } from '../../kernel/send-outcome.ts';
import { mayConnectTo, readTarget, type TargetRules } from '../../webhooks/target.ts';
import { boundCalls } from './bound-calls.ts';
import { type ResolveHost, resolveByDns } from './resolve-host.ts';

export interface WebhookSenderOptions extends TargetRules {
  /** For the whole exchange: the name, the connection, the response. Default 10 s. */
  timeoutMs?: number;
  /** For tests: another resolver. */
  resolve?: ResolveHost;
  /** PEM of certificate authorities to trust beside the public ones. */
  ca?: string;
}

/** Maximum bytes of a response body that are read before the connection is closed. */
const BODY_LIMIT = 16 * 1024;
const HEADER_LIMIT = 8 * 1024;

/**
 * Sends over https to public addresses only (SR-31). The name is resolved once, each of its addresses must be allowed,
 * and the connection goes to exactly those addresses, while certificate, SNI and Host use the name. Redirects are not
 * followed; proxies in the environment are not used.
 */
export function createHttpsWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const { timeoutMs = 10_000, resolve = resolveByDns } = options;
  return {
    read(text) {
      const target = readTarget(text, options);
      return 'problem' in target ? target : { url: target.url.href };
    },

    async send(request, signal) {
      const outcome = await attempt(request, timeoutMs, takeStatus, signal);
      return outcome === 'exhausted' ? { kind: 'failed', failure: 'connection-failed' } : outcome;
    },
    ask: boundCalls(async (request, { timeoutMs: limitMs, bodyBytes }) => {
      const outcome = await attempt(request, limitMs, (answer, sent) => takeAll(answer, sent, bodyBytes));
      if (outcome === 'exhausted') throw new Overloaded(limitMs);
      return outcome;
    }),
  };

  async function attempt<Outcome extends object>(
    request: WebhookRequest,
    limitMs: number,
    take: Take<Outcome>,
    signal?: AbortSignal,
  ): Promise<Outcome | Failed | Exhausted> {
    const deadline = AbortSignal.timeout(limitMs);
    const ended = signal ? AbortSignal.any([deadline, signal]) : deadline;
    const failed = (failure: SendFailure): Failed => {
      if (signal?.aborted) return { kind: 'failed', failure: 'interrupted' };
      return { kind: 'failed', failure: deadline.aborted ? 'timed-out' : failure };
    };
    // Checked again, since the rules may have changed since the URL was stored.
    const target = readTarget(request.url, options);
    if ('problem' in target) return { kind: 'failed', failure: 'url-refused' };
    const host = bareHost(target.url);
    const addresses = await untilAborted(resolve(host, ended), ended).catch(() => []);
    if (ended.aborted) return failed('timed-out');
    if (addresses.length === 0) return failed('name-not-found');
    // One bad address among good ones indicates a DNS rebinding attack.
    if (!addresses.every((address) => mayConnectTo(address, options))) return failed('address-refused');
    return new Promise((done) => {
      exchange(target.url, host, addresses, request, ended, options.ca, take, (outcome) =>
        done(typeof outcome === 'string' && outcome !== 'exhausted' ? failed(outcome) : outcome),
      );
    });
  }
}

type Failed = Extract<SendOutcome, { kind: 'failed' }>;

/** Not the receiver: this machine has no file descriptor, port or memory left for the connection. */
type Exhausted = 'exhausted';

/** Reads an answer, and says at the end what came of it. Undefined: too little. */
type Take<Outcome> = (answer: IncomingMessage, sent: ClientRequest) => () => Outcome | SendFailure | undefined;

function exchange<Outcome extends object>(
  url: URL,
  host: string,
  addresses: readonly string[],
  { headers, body }: WebhookRequest,
  signal: AbortSignal,
  ca: string | undefined,
  take: Take<Outcome>,
  done: (outcome: Outcome | SendFailure | Exhausted) => void,
): void {
  const secure = url.protocol === 'https:';
  const settings: RequestOptions = {
    method: 'POST',
    host,
    port: url.port || (secure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body), connection: 'close' },
    // One connection per message: a connection is never reused for another check.
    agent: false,
    lookup: fixedLookup(addresses),
    maxHeaderSize: HEADER_LIMIT,
    signal,
    ...(secure && { minVersion: 'TLSv1.2', ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) }),
  };
  const sent: ClientRequest = secure ? httpsRequest(settings) : httpRequest(settings);
  sent.on('socket', (socket) => socket.once('connect', () => refuseStranger(socket, addresses)));
  // Passed on when the connection has ended, so that a slow body keeps its permit.
  let outcome: ReturnType<Take<Outcome>> = () => undefined;
  sent.on('response', (answer) => {
    outcome = take(answer, sent);
  });
  sent.on('upgrade', (_answer, socket) => {
    socket.destroy();
    done('answer-unreadable');
  });
  sent.on('error', (error) => done(outcome() ?? failureOf(error)));
  sent.on('close', () => done(outcome() ?? 'connection-failed'));
  sent.end(body);
}

/**
 * Node's lookup function that returns only the checked addresses, whatever the name resolves to by now.
 *
 * It answers on a later turn, as a real lookup does: a connection that fails at once, as to an address without a route,
 * would emit its error before the request listens, and end the process.
 */
function fixedLookup(addresses: readonly string[]): LookupFunction {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all }, answer) => {
    const [first] = checked;
    setImmediate(() => {
      if (all || !first) answer(null, checked);
      else answer(null, first.address, first.family);
    });
  };
}

/** If Node ever connects to another address, close the connection before any byte is sent. */
function refuseStranger(socket: Socket, addresses: readonly string[]): void {
  const peer = canonicalAddress(socket.remoteAddress ?? '');
  if (!addresses.some((address) => canonicalAddress(address) === peer)) socket.destroy(new Error('another address'));
}

/** The status is the outcome. As much of the body is read as a normal receiver sends, and no more. */
function takeStatus(answer: IncomingMessage, sent: ClientRequest): () => SendOutcome {
  const outcome = outcomeOf(answer);
  readBody(answer, sent, BODY_LIMIT);
  return () => outcome;
}

/** The whole answer, or none of it. */
function takeAll(answer: IncomingMessage, sent: ClientRequest, limit: number): () => AskOutcome | SendFailure {
  const body = readBody(answer, sent, limit);
  const { statusCode: status = 0, headers } = answer;
  return () => {
    if (!answer.complete || body.isTooLong) return 'answer-unreadable';
    return { kind: 'answered', status, type: headers['content-type'], body: Buffer.concat(body.chunks) };
  };
}

function readBody(answer: IncomingMessage, sent: ClientRequest, limit: number) {
  const body = { chunks: [] as Buffer[], isTooLong: false };
  let taken = 0;
  answer.on('data', (chunk: Buffer) => {
    taken += chunk.length;
    body.isTooLong = taken > limit;
    if (body.isTooLong) sent.destroy();
    else body.chunks.push(chunk);
  });
  answer.on('error', () => sent.destroy());
  return body;
}

function outcomeOf(answer: IncomingMessage): SendOutcome {
  const retryAfterMs = readRetryAfter(answer.headers['retry-after']);
  return {
    kind: 'answered',
    status: answer.statusCode ?? 0,
    ...omitUndefined({ retryAfterMs }),
  };
}

/** RFC 9110 10.2.3, in its form of seconds. Dates are ignored: they would rely on the receiver's clock. */
function readRetryAfter(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined;
}

function failureOf(error: Error & { code?: string }): SendFailure | Exhausted {
  const code = error.code ?? '';
  if (/^(?:EMFILE|ENFILE|ENOBUFS|ENOMEM|EADDRNOTAVAIL)$/.test(code)) return 'exhausted';
  if (code.startsWith('HPE_')) return 'answer-unreadable';
  // TLS failures come from OpenSSL with its own names, or from Node's check of the certificate.
  if (/^ERR_(?:TLS|SSL)|CERT|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code)) return 'tls-failed';
  return 'connection-failed';
}

function bareHost({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** A resolver that never responds must not hold a permit for ever. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
