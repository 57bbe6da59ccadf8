import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { dropOldSegments } from '../../events/drop-old-segments.ts';
import { listEvents } from '../../events/list-events.ts';
import { ArchiveConflict, ArchiveUnavailable, type AuditArchive } from '../../kernel/ports/audit-archive.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { append, linesOfExport, sampleEvent, streamPortsOver } from '../../testing/event-stream.ts';
import { unwrap } from '../../testing/fixtures.ts';
import { KEY_ID, type S3Server, SECRET, signatureOf, startS3Server } from '../../testing/s3-server.ts';
import { accountId } from '../../testing/samples.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { verifyAuditExport } from '../jose/audit-statements.ts';
import { type BucketOptions, createArchiveBucket } from './archive-bucket.ts';

const ACCOUNT = accountId(1);
const NAME = `${ACCOUNT}/0000000000000001-${'a'.repeat(32)}.jsonl`;
const bytes = (text: string) => new TextEncoder().encode(text);
const CONTENT = bytes('{"segment":1}\n');

let s3: S3Server;
let archive: AuditArchive;
beforeEach(async () => {
  s3 = await startS3Server();
  archive = open();
});
afterEach(() => s3.close());
const open = (changes: Partial<BucketOptions> = {}) =>
  createArchiveBucket({ url: s3.url, keyId: KEY_ID, secret: SECRET, ...changes });
const text = async (most = 1000) => Buffer.from((await archive.get(NAME, most)) ?? 'none').toString();

/** The example of Amazon's documentation, "Signature Calculations for the Authorization Header". */
test('the server of these tests computes the signature that Amazon publishes', () => {
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${KEY_ID}/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=x`,
  };
  expect(signatureOf({ method: 'GET', path: '/test.txt', headers }, SECRET)).toBe(
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

describe('SR-71: an archive in a bucket', () => {
  test('keeps, gives back and removes', async () => {
    expect(await text()).toBe('none');
    await archive.put(NAME, CONTENT);
    expect([...s3.objects.keys()]).toEqual([`/audit/${NAME}`]);
    expect(await text()).toBe('{"segment":1}\n');
    await archive.remove(NAME);
    await archive.remove(NAME);
    expect(await text()).toBe('none');
  });

  test('never overwrites: the same content again is done, other content is a conflict', async () => {
    await Promise.all(Array.from({ length: 10 }, () => archive.put(NAME, CONTENT)));
    for (const other of ['', '{"segment":2}\n', '{"segment":1}\n\n']) {
      await expect(archive.put(NAME, bytes(other))).rejects.toBeInstanceOf(ArchiveConflict);
    }
    expect(await text()).toBe('{"segment":1}\n');
  });

  test.each([`${ACCOUNT}/../../other/x`, `${NAME}?acl`, `${NAME}#x`, '..', `${ACCOUNT}/%2e%2e/x`, ''])(
    'refuses the name %j before it sends anything',
    async (name) => {
      await expect(archive.put(name, CONTENT)).rejects.toBeInstanceOf(RangeError);
      await expect(archive.get(name, 10)).rejects.toBeInstanceOf(RangeError);
      await expect(archive.remove(name)).rejects.toBeInstanceOf(RangeError);
      expect(s3.requests).toEqual([]);
    },
  );

  test('reports another key, secret or bucket, and takes none for a file that is lost', async () => {
    await archive.put(NAME, CONTENT);
    for (const wrong of [{ keyId: 'AKIAOTHER' }, { secret: 'other' }, { url: s3.url.replace('/audit', '/else') }]) {
      const other = open(wrong);
      await expect(other.get(NAME, 1000)).rejects.toBeInstanceOf(ArchiveUnavailable);
      await expect(other.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveUnavailable);
      await expect(other.remove(NAME)).rejects.toBeInstanceOf(ArchiveUnavailable);
    }
    expect(await text()).toBe('{"segment":1}\n');
  });

  test.each([204, 301, 307, 400, 403, 404, 409, 429, 500, 501, 503])('takes %i for no success', async (status) => {
    s3.respond = (_, response) => {
      response.writeHead(status, { location: `${s3.url}/elsewhere` }).end();
    };
    await expect(archive.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveUnavailable);
    await expect(archive.get(NAME, 1000)).rejects.toBeInstanceOf(ArchiveUnavailable);
    if (status !== 204) await expect(archive.remove(NAME)).rejects.toBeInstanceOf(ArchiveUnavailable);
  });

  test('sends its credentials to no host that the bucket redirects to', async () => {
    const other = await startS3Server();
    s3.respond = (_, response) => {
      response.writeHead(307, { location: `${other.url}/${NAME}` }).end();
    };
    await expect(archive.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveUnavailable);
    await expect(archive.get(NAME, 1000)).rejects.toBeInstanceOf(ArchiveUnavailable);
    expect(other.requests).toEqual([]);
    await other.close();
  });

  test('reads no more than was written, and takes a transfer that breaks off for no content', async () => {
    await archive.put(NAME, CONTENT);
    expect(await text(CONTENT.length)).toBe('{"segment":1}\n');
    expect(await text(CONTENT.length - 1)).toBe('none');
    let sent = 0;
    s3.respond = (_, response) => {
      const more = () => {
        sent += 1;
        if (!response.destroyed && sent < 100_000) response.write(Buffer.alloc(65_536), more);
      };
      more();
    };
    expect(await text()).toBe('none');
    expect(sent).toBeLessThan(100_000);
    s3.respond = (_, response) => {
      response.writeHead(200, { 'content-length': '14' });
      response.write('{"segm', () => response.destroy());
    };
    await expect(archive.get(NAME, 1000)).rejects.toBeInstanceOf(ArchiveUnavailable);
  });

  test('waits no longer than its timeout for an answer or for the rest of one', async () => {
    const impatient = open({ timeoutMs: 50 });
    s3.respond = () => undefined;
    await expect(impatient.put(NAME, CONTENT)).rejects.toBeInstanceOf(ArchiveUnavailable);
    s3.respond = (_, response) => void response.write('{');
    await expect(impatient.get(NAME, 1000)).rejects.toBeInstanceOf(ArchiveUnavailable);
  });

  // SR-35
  test('no error holds the secret or what was sent', async () => {
    s3.respond = (request, response) => void response.writeHead(400).end(JSON.stringify(request.headers));
    const error = await archive.put(NAME, bytes('a secret event')).catch((reason: unknown) => reason);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    for (const hidden of [SECRET, KEY_ID, 'Signature', 'a secret event']) expect(shown).not.toContain(hidden);
  });
});

test('a wrong secret is reported at once, although no event is to be moved yet', async () => {
  const { store, remove } = await openTemporaryStore();
  const ports = await streamPortsOver(store, 'wrong secret', archive);
  await expect(archiveSegments(ports, open({ secret: 'other' }))).rejects.toThrow(
    'responded 403 SignatureDoesNotMatch',
  );
  expect(await archiveSegments(ports, archive)).toBe(0);
  await remove();
});

test('SR-34: events move to a bucket, are listed, exported and verified from it, and leave it after their retention', async () => {
  const { store, remove } = await openTemporaryStore();
  const ports = await streamPortsOver(store, 'bucket', archive);
  const { actor } = operatorContext(ACCOUNT);
  for (let day = 0; day < 3; day++) {
    const events = Array.from({ length: 20 }, (_, at) => ({
      ...sampleEvent(at),
      account: ACCOUNT,
      at: ports.clock.now(),
    }));
    await append(ports, 'thing', events);
    await sealEvents(ports);
    ports.clock.advance(DAY_MS);
  }
  s3.respond = (_, response) => void response.writeHead(503).end();
  await expect(archiveSegments(ports, archive)).rejects.toBeInstanceOf(ArchiveUnavailable);
  expect(unwrap(await listEvents(ports, actor, {}, { limit: 100 })).items).toHaveLength(60);
  s3.respond = undefined;
  expect(await archiveSegments(ports, archive)).toBe(3);
  expect(s3.objects.size).toBe(3);
  expect(unwrap(await listEvents(ports, actor, {}, { limit: 100 })).items).toHaveLength(60);
  const report = await verifyAuditExport(await linesOfExport(ports, ACCOUNT), ports.signer.publicKeys());
  expect(report).toMatchObject({ ok: true, findings: [], events: 60 });
  await dropOldSegments(ports, { keptMs: 1.5 * DAY_MS, mostEvents: 1000 });
  expect(s3.objects.size).toBe(1);
  expect(unwrap(await listEvents(ports, actor, {}, { limit: 100 })).items).toHaveLength(20);
  await remove();
});
