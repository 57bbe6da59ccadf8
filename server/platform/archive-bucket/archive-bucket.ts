import { hash } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { AwsClient } from 'aws4fetch';
import {
  ArchiveConflict,
  ArchiveUnavailable,
  type AuditArchive,
  parseArchiveName,
} from '../../kernel/ports/audit-archive.ts';
import { readUpTo } from '../../kernel/read-up-to.ts';
import { SECOND_MS } from '../../kernel/time.ts';

export interface BucketOptions {
  /** Of the bucket, with an optional prefix, without a slash at its end. */
  readonly url: string;
  readonly region?: string;
  readonly keyId: string;
  readonly secret: string;
  /** For a request and its whole response. Default: 10 seconds. */
  readonly timeoutMs?: number;
}

interface BucketResponse {
  readonly status: number;
  /** Undefined if it was longer than asked. */
  readonly body: Uint8Array | undefined;
}

/** Of an error: its code is in the first few hundred bytes. */
const MAX_ERROR_BYTES = 10_000;

/**
 * An archive in a bucket with the API of S3: requests are signed (AWS Signature Version 4) with the checksum of what
 * they send, and an object is written only if its name is free.
 */
export function createArchiveBucket({
  url,
  region,
  keyId,
  secret,
  timeoutMs = 10 * SECOND_MS,
}: BucketOptions): AuditArchive {
  const client = new AwsClient({
    accessKeyId: keyId,
    secretAccessKey: secret,
    service: 's3',
    retries: 0,
    ...omitUndefined({ region }),
  });
  const send = async (
    method: 'PUT' | 'GET' | 'DELETE',
    name: string,
    { content, maxBytes = MAX_ERROR_BYTES }: { content?: Uint8Array; maxBytes?: number } = {},
  ): Promise<BucketResponse> => {
    const { folder, file } = parseArchiveName(name);
    try {
      const response = await client.fetch(`${url}/${folder}/${file}`, {
        method,
        // Credentials go to the configured host only.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'x-amz-content-sha256': hash('sha256', content ?? '', 'hex'),
          ...(content && { 'if-none-match': '*', 'content-type': 'application/jsonl' }),
        },
        ...(content && { body: new Uint8Array(content) }),
      });
      const limit = response.ok ? maxBytes : MAX_ERROR_BYTES;
      return { status: response.status, body: await readUpTo(response.body, limit) };
    } catch (error) {
      throw new ArchiveUnavailable('the bucket of the audit archive cannot be reached', { cause: error });
    }
  };
  const get = async (name: string, maxBytes: number): Promise<Uint8Array | undefined> => {
    const response = await send('GET', name, { maxBytes });
    if (response.status === 200) return response.body;
    if (isNoSuchKey(response)) return undefined;
    throw refused('GET', response);
  };
  return {
    get,
    async put(name, content) {
      const response = await send('PUT', name, { content });
      if (response.status === 200) return;
      if (response.status !== 412) throw refused('PUT', response);
      const present = await get(name, content.length);
      if (present && Buffer.compare(present, content) === 0) return;
      throw new ArchiveConflict(`an object of the audit archive has other content: ${name}`);
    },
    async remove(name) {
      const response = await send('DELETE', name);
      if (response.status !== 204 && response.status !== 200 && !isNoSuchKey(response))
        throw refused('DELETE', response);
    },
  };
}

/** A bucket that does not exist is 404 too, and loses nothing. */
function isNoSuchKey(response: BucketResponse): boolean {
  return response.status === 404 && errorCode(response) === 'NoSuchKey';
}

function errorCode({ body }: BucketResponse): string | undefined {
  return /<Code>(\w{1,50})<\/Code>/.exec(Buffer.from(body ?? []).toString('latin1'))?.[1];
}

function refused(method: string, response: BucketResponse): ArchiveUnavailable {
  const { status } = response;
  return new ArchiveUnavailable(
    `the bucket of the audit archive responded ${status} ${errorCode(response) ?? ''} to ${method}`,
  );
}
