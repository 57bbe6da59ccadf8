import { describe, expect, test } from 'vitest';
import type { DocumentKey, DocumentKind } from '../../kernel/ports/store.ts';
import { ParsedDocuments } from './parsed-documents.ts';

const HOT = { kind: 'hot', indexes: () => [], isHot: true };
const COLD = { kind: 'cold', indexes: () => [] };

function open(maxSize?: number) {
  const decoded: string[] = [];
  const documents = new ParsedDocuments<string>(
    {
      isSame: (one, other) => one === other,
      copy: (raw) => raw,
      decode: (raw) => {
        decoded.push(raw);
        return { stored: { value: JSON.parse(raw) as unknown, version: decoded.length }, expiresAt: 100 };
      },
    },
    maxSize,
  );
  const parse = (anchor: string, raw: string, document: DocumentKind<unknown> = HOT) => {
    const key: DocumentKey = { anchor, name: document.kind, document };
    return documents.parse(key, raw, 1);
  };
  return { decoded, documents, parse };
}

describe('parsed documents', () => {
  test('parse what has not changed once', () => {
    const { decoded, parse } = open();
    const first = parse('a', '{"n":1}');
    expect(parse('a', '{"n":1}')).toBe(first);
    expect(parse('a', '{"n":2}')?.value).toEqual({ n: 2 });
    expect(parse('a', '{"n":1}')?.value).toEqual({ n: 1 });
    expect(decoded).toEqual(['{"n":1}', '{"n":2}', '{"n":1}']);
  });

  test('keep nothing of kinds that may hold secrets', () => {
    const { decoded, parse } = open();
    const first = parse('a', '{"n":1}', COLD);
    expect(parse('a', '{"n":1}', COLD)).not.toBe(first);
    expect(Object.isFrozen(first?.value)).toBe(false);
    expect(decoded).toHaveLength(2);
  });

  // SR-39 The attack: a revoked key is used again. The store reads every document into the same memory, so a kept form
  // that is not a copy always looks like what was just read.
  test('compare with a copy of what the store reads into the same memory', () => {
    const memory = Buffer.alloc(9);
    const documents = new ParsedDocuments<Buffer>({
      isSame: (one, other) => one.equals(other),
      copy: (bytes) => Buffer.from(bytes),
      decode: (bytes) => ({ stored: { value: JSON.parse(bytes.toString()) as unknown, version: 1 }, expiresAt: 100 }),
    });
    const read = (text: string) => {
      memory.write(text);
      const key: DocumentKey = { anchor: 'a', name: 'hot', document: HOT };
      return documents.parse(key, memory.subarray(0, text.length), 1);
    };
    expect(read('{"on":1}')?.value).toEqual({ on: 1 });
    expect(read('{"on":0}')?.value).toEqual({ on: 0 });
  });

  // SR-65 The attack: requests name documents of ever more accounts, until the process is out of memory.
  test('keep a bounded size, and drop the oldest', () => {
    const { decoded, parse } = open(100);
    const raw = (at: number) => JSON.stringify({ at, filler: 'x'.repeat(10) });
    for (let at = 0; at < 1_000; at++) parse(`a${at}`, raw(at));
    for (let at = 999; at > 995; at--) parse(`a${at}`, raw(at));
    expect(decoded).toHaveLength(1_000 + 1);
    parse('a0', raw(0));
    expect(decoded).toHaveLength(1_000 + 2);
  });

  test('do not return what has expired', () => {
    const { documents } = open();
    const key: DocumentKey = { anchor: 'a', name: 'hot', document: HOT };
    expect(documents.parse(key, '{}', 99)).toBeDefined();
    expect(documents.parse(key, '{}', 100)).toBeUndefined();
  });
});
