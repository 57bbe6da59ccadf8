import { createDecipheriv, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../shared/testing/any-character.ts';
import type { SecretContext } from '../../kernel/secret-context.ts';
import { createSecretBox } from './secret-box.ts';

const masterKey = Uint8Array.from({ length: 32 }, (_, i) => i);
const otherKey = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const context: SecretContext = { account: 'acc_1', kind: 'token', id: 'tok_1', field: 'secret' };
const seed = new TextEncoder().encode('canary seed');

const anyContext = fc.record({
  account: fc.string({ unit: anyCharacter }),
  kind: fc.constantFrom('token', 'signing-key', 'idempotency'),
  id: fc.string({ unit: anyCharacter }),
  field: fc.string({ unit: anyCharacter }),
}) as fc.Arbitrary<SecretContext>;

// SR-21
describe('secret box', () => {
  test('decrypts what it encrypted, for any secret and context', () => {
    const box = createSecretBox(masterKey);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), anyContext, (plain, where) => {
        expect(box.open(box.seal(plain, where), where)).toEqual(plain);
      }),
    );
  });

  test('rejects a ciphertext moved to another account, kind, id or field', () => {
    const box = createSecretBox(masterKey);
    fc.assert(
      fc.property(anyContext, anyContext, (from, to) => {
        fc.pre(JSON.stringify(from) !== JSON.stringify(to));
        expect(() => box.open(box.seal(seed, from), to)).toThrow();
      }),
    );
    const sealed = box.seal(seed, context);
    for (const swapped of [
      { ...context, account: 'acc_2' },
      { ...context, kind: 'signing-key' as const },
      { ...context, id: 'tok_2' },
      { ...context, field: 'pin' },
      // The same letters, divided differently.
      { ...context, account: 'acc_1|token', id: '|tok_1' },
      { ...context, id: 'tok_1","secret', field: '' },
    ]) {
      expect(() => box.open(sealed, swapped)).toThrow('does not belong here');
    }
  });

  test('rejects a ciphertext with any one change', () => {
    const box = createSecretBox(masterKey);
    const sealed = box.seal(seed, context);
    for (let at = 0; at < sealed.length; at++) {
      for (const letter of ['A', 'B', '-', '.', '=', '\n']) {
        if (sealed[at] === letter) continue;
        const changed = sealed.slice(0, at) + letter + sealed.slice(at + 1);
        expect(() => box.open(changed, context)).toThrow();
      }
      expect(() => box.open(sealed.slice(0, at), context)).toThrow();
    }
    expect(() => box.open(`${sealed}AAAA`, context)).toThrow();
    expect(() => box.open('', context)).toThrow();
  });

  test('rejects another master key with an error', () => {
    const sealed = createSecretBox(otherKey).seal(seed, context);
    expect(() => createSecretBox(masterKey).open(sealed, context)).toThrow('another master key');
  });

  test('shows the secret neither in the ciphertext nor in errors', () => {
    const box = createSecretBox(masterKey);
    const sealed = box.seal(seed, context);
    expect(sealed).not.toContain('canary');
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
    expect(() => box.open(sealed, { ...context, id: 'x' })).toThrow(/^(?!.*canary)/);
  });

  test('encrypts the same secret differently each time', () => {
    const box = createSecretBox(masterKey);
    const sealed = Array.from({ length: 100 }, () => box.seal(seed, context));
    expect(new Set(sealed.map((one) => one.split('.')[2])).size).toBe(100);
    expect(new Set(sealed.map((one) => one.split('.')[3])).size).toBe(100);
  });

  test('uses the documented format, so that another program could decrypt it', () => {
    const [version, keyId, iv, body] = createSecretBox(masterKey).seal(seed, context).split('.');
    expect(version).toBe('v1');
    expect(keyId).toBe(createSecretBox(masterKey).seal(seed, context).split('.')[1]);
    const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'countersign v1 seal', 32));
    const bytes = Buffer.from(body ?? '', 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv ?? '', 'base64url'));
    decipher.setAAD(Buffer.from('["countersign v1","acc_1","token","tok_1","secret"]'));
    decipher.setAuthTag(bytes.subarray(-16));
    const opened = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
    expect(opened.toString()).toBe('canary seed');
  });

  test.each([0, 16, 31, 33, 64])('refuses a master key of %d bytes', (length) => {
    expect(() => createSecretBox(new Uint8Array(length))).toThrow(TypeError);
  });
});

// SR-65
describe('what is encrypted for a client', () => {
  const where = { kind: 'widget-flow', id: 'flw_1' } as const;
  const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

  test('decrypts only in the same context', () => {
    const box = createSecretBox(masterKey);
    const sealed = box.sealForClient(seed, where);
    expect(text(box.openFromClient(sealed, where))).toBe('canary seed');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('canary');
    expect(box.openFromClient(sealed, { ...where, id: 'flw_2' })).toBeUndefined();
    expect(box.openFromClient(sealed, { ...where, kind: 'administrator-flow' })).toBeUndefined();
    expect(box.openFromClient(box.seal(seed, context), where)).toBeUndefined();
    expect(createSecretBox(otherKey).openFromClient(sealed, where)).toBeUndefined();
    for (let at = 0; at <= sealed.length; at++) {
      for (const letter of ['A', 'B', '-', '.', '=', '\n']) {
        if (sealed[at] === letter) continue;
        expect(box.openFromClient(sealed.slice(0, at) + letter + sealed.slice(at + 1), where)).toBeUndefined();
      }
      if (at < sealed.length) expect(box.openFromClient(sealed.slice(0, at), where)).toBeUndefined();
    }
  });

  test('is encrypted differently each time', () => {
    const box = createSecretBox(masterKey);
    expect(new Set(Array.from({ length: 100 }, () => box.sealForClient(seed, where))).size).toBe(100);
  });

  test('survives a rotation of the master key', () => {
    const macKey = new Uint8Array(32).fill(7);
    const sealed = createSecretBox(masterKey, { macKey }).sealForClient(seed, where);
    expect(text(createSecretBox(otherKey, { macKey }).openFromClient(sealed, where))).toBe('canary seed');
  });
});

describe('MAC', () => {
  test('is stable for key, purpose and message, and differs if one differs', () => {
    const box = createSecretBox(masterKey);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const mac = hex(box.mac('names', 'alice'));
    expect(mac).toHaveLength(64);
    expect(hex(createSecretBox(masterKey).mac('names', 'alice'))).toBe(mac);
    expect(hex(box.mac('names', 'bob'))).not.toBe(mac);
    expect(hex(box.mac('ids', 'alice'))).not.toBe(mac);
    expect(hex(box.mac('namesa', 'lice'))).not.toBe(mac);
    expect(hex(createSecretBox(otherKey).mac('names', 'alice'))).not.toBe(mac);
  });

  test('stays correct beyond the cached purposes', () => {
    const box = createSecretBox(masterKey);
    const macs = Array.from({ length: 200 }, (_, i) => Buffer.from(box.mac(`purpose ${i}`, 'x')).toString('hex'));
    expect(new Set(macs).size).toBe(200);
    const again = Array.from({ length: 200 }, (_, i) => Buffer.from(box.mac(`purpose ${i}`, 'x')).toString('hex'));
    expect(again).toEqual(macs);
  });
});
