import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** A request as it is signed (AWS Signature Version 4). */
export interface SignedRequest {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The signature of a request, by the specification. Undefined if it has no readable authorization. */
export function signatureOf({ method, path, headers }: SignedRequest, secret: string): string | undefined {
  const match = /Credential=[^/]+\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+),/.exec(
    headers.authorization ?? '',
  );
  const [, day = '', region = '', names = ''] = match ?? [];
  if (!match) return undefined;
  const lines = names.split(';').map((name) => `${name}:${(headers[name] ?? '').trim()}\n`);
  const payload = headers['x-amz-content-sha256'] ?? '';
  const canonical = [method, path, '', lines.join(''), names, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

/** Headers that a server must find signed, or an intermediary could change them. */
const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-content-sha256', 'if-none-match'];
const MAX_SKEW_MS = 15 * 60_000;

export interface S3Server {
  readonly url: string;
  /** By path. */
  readonly objects: Map<string, Buffer>;
  readonly requests: IncomingMessage[];
  /** Replaces the next responses. */
  respond: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** One bucket, `/audit`, of a server that checks every signature and checksum. */
export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request);
    const body = Buffer.concat(await request.toArray());
    if (s3.respond) return s3.respond(request, response);
    const { status, code, content } = answer(request, body, objects);
    response.statusCode = status;
    response.end(content ?? (code && `<?xml version="1.0"?>\n<Error><Code>${code}</Code></Error>`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const s3: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/audit`,
    objects,
    requests,
    respond: undefined,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  return s3;
}

interface Reply {
  status: number;
  code?: string;
  content?: Buffer;
}

function answer(request: IncomingMessage, body: Buffer, objects: Map<string, Buffer>): Reply {
  const { method = '', url: path = '' } = request;
  const headers = request.headers as SignedRequest['headers'];
  const fault = faultOf({ method, path, headers }, body);
  if (fault) return { status: 403, code: fault };
  if (!path.startsWith('/audit/')) return { status: 404, code: 'NoSuchBucket' };
  const stored = objects.get(path);
  if (method === 'PUT') {
    if (stored && headers['if-none-match'] === '*') return { status: 412, code: 'PreconditionFailed' };
    objects.set(path, body);
    return { status: 200 };
  }
  if (method === 'DELETE') {
    objects.delete(path);
    return { status: 204 };
  }
  return stored ? { status: 200, content: stored } : { status: 404, code: 'NoSuchKey' };
}

function faultOf(request: SignedRequest, body: Buffer): string | undefined {
  const { headers } = request;
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const unsigned = MUST_BE_SIGNED.filter((name) => headers[name] !== undefined && !names.split(';').includes(name));
  const signed = signatureOf(request, SECRET);
  if (!headers.authorization?.includes(`Credential=${KEY_ID}/`)) return 'InvalidAccessKeyId';
  if (unsigned.length > 0 || signed === undefined) return 'AccessDenied';
  if (!headers.authorization.endsWith(`Signature=${signed}`)) return 'SignatureDoesNotMatch';
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
  const [year = 0, month = 0, day, hour, minute, second] = parts.map(Number);
  if (Math.abs(Date.UTC(year, month - 1, day, hour, minute, second) - Date.now()) > MAX_SKEW_MS) {
    return 'RequestTimeTooSkewed';
  }
  return headers['x-amz-content-sha256'] === sha256(body) ? undefined : 'XAmzContentSHA256Mismatch';
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
