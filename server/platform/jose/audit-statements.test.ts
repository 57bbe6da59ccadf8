import fc from 'fast-check';
import { CompactSign, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIT_TYP } from '../../events/log/segment.ts';
import { splitLines } from '../../events/log/split-lines.ts';
import type { PublicJwk } from '../../kernel/ports/signer.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { append, linesOfExport, type StreamPorts, sampleEvent, streamPortsOver } from '../../testing/event-stream.ts';
import { accountId, resourceId } from '../../testing/samples.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { ISSUER } from '../../testing/test-ports.ts';
import { statementOpener, verifyAuditExport } from './audit-statements.ts';

let ports: StreamPorts;
let keys: PublicJwk[];
let file: Uint8Array;
let remove: () => Promise<void>;
beforeAll(async () => {
  const temporary = await openTemporaryStore();
  remove = temporary.remove;
  ports = await streamPortsOver(temporary.store, 'statements');
  keys = ports.signer.publicKeys();
  for (let at = 0; at < 3; at++) {
    await append(
      ports,
      'thing',
      Array.from({ length: 6 }, (_, of) => sampleEvent(at * 6 + of)),
    );
    await sealEvents(ports);
  }
  file = new TextEncoder().encode(`${(await linesOfExport(ports, accountId(1))).join('\n')}\n`);
});
afterAll(() => remove());

const verify = (bytes: Uint8Array, expected = {}) => verifyAuditExport(splitLines([bytes]), keys, expected);

describe('an export, byte for byte', () => {
  test('verifies with the published keys and states its position', async () => {
    expect(await verify(file, { issuer: ISSUER, account: accountId(1) })).toMatchObject({
      ok: true,
      findings: [],
      segments: 3,
      events: 6,
      first: 1,
      head: { number: 3 },
    });
  });

  test('SR-34: any changed, inserted or dropped byte and any cut-off end is detected', async () => {
    const place = fc.nat(1_000_000);
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('change' as const), place, by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('insert' as const), place, by: fc.nat(255) }),
      fc.record({ kind: fc.constant('drop' as const), place, by: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('cut' as const), place, by: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async ({ kind, place: far, by }) => {
        // The last line feed carries no data, so its loss is not a cut.
        const at = far % (file.length - 1);
        const mutated = {
          change: () => file.map((byte, i) => (i === at ? byte ^ by : byte)),
          insert: () => Uint8Array.of(...file.subarray(0, at), by, ...file.subarray(at)),
          drop: () => Uint8Array.of(...file.subarray(0, at), ...file.subarray(Math.min(at + by, file.length - 1))),
          cut: () => file.subarray(0, at),
        }[kind]();
        expect((await verify(mutated)).ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test('SR-34: a whole chain forged and signed with another key is detected', async () => {
    const temporary = await openTemporaryStore();
    const forger = await streamPortsOver(temporary.store, 'forger');
    await append(forger, 'thing', [sampleEvent(0)]);
    await sealEvents(forger);
    const forged = await linesOfExport(forger, accountId(1));
    expect(await verifyAuditExport(forged, forger.signer.publicKeys())).toMatchObject({ ok: true });
    const kinds = (await verifyAuditExport(forged, keys)).findings.map(({ kind }) => kind);
    expect(kinds).toEqual(['signature', 'signature']);
    await temporary.remove();
  });

  test('of another service is detected if the expected account is given', async () => {
    expect((await verify(file, { issuer: 'https://elsewhere.example' })).ok).toBe(false);
  });
});

describe('a statement', () => {
  const statement = { kind: 'segment', account: accountId(1), number: 1, hash: 'h' } as const;

  test('verifies with the key that signed it', async () => {
    const jws = await ports.signer.signStatement(statement);
    expect(await statementOpener(keys)(jws)).toEqual(statement);
    expect(await statementOpener([])(jws)).toBeUndefined();
  });

  // SR-9: one kind of signature must not be accepted as the other.
  test('is not a result, and a result is not a statement', async () => {
    const at = ports.clock.now() / 1000;
    const claims = {
      iss: ISSUER,
      aud: resourceId(1),
      sub: 'usr_x',
      preferred_username: 'alice',
      nonce: 'nonce',
      origin: 'https://shop.example',
      amr: ['pwd'],
      acr: '1',
      otp: 'not_used',
      auth_time: at,
      iat: at,
      exp: at + 60,
      jti: 'flw_x',
    } as const;
    const result = await ports.signer.sign({ ...claims, amr: [...claims.amr] });
    expect(await statementOpener(keys)(result)).toBeUndefined();
    const jws = await ports.signer.signStatement(statement);
    expect(await ports.signer.verify(jws, { audience: resourceId(1), now: ports.clock.now() })).toBeUndefined();
  });

  test('is rejected with extra header fields, another algorithm or another type', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = {
      ...(await crypto.subtle.exportKey('jwk', publicKey as CryptoKey)),
      kid: 'k',
      alg: 'ES256',
      use: 'sig',
    };
    const open = statementOpener([jwk as PublicJwk]);
    const payload = new TextEncoder().encode(JSON.stringify({ iss: ISSUER, ...statement }));
    const signed = (header: object) =>
      new CompactSign(payload)
        .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: AUDIT_TYP, ...header })
        .sign(privateKey);
    expect(await open(await signed({}))).toEqual(statement);
    for (const header of [{ typ: 'JWT' }, { kid: 'other' }, { jwk }, { x: 1 }]) {
      expect(await open(await signed(header)), JSON.stringify(header)).toBeUndefined();
    }
    for (const text of ['', 'a.b', 'a.b.c', `${await signed({})}=`, 'x'.repeat(10_000)]) {
      expect(await open(text)).toBeUndefined();
    }
  });
});
