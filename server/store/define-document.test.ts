import { describe, expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { defineDocument, upToHead } from './define-document.ts';
import { defineIndexes } from './define-indexes.ts';

const context = { account: 'a', kind: 'token', id: 'x', field: 'seed' } as const;
const plain = {
  kind: 'note',
  description: 'A note.',
  anchor: 'user',
  key: (user: string, at?: number) => [user, at] as const,
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
} as const;
type Note = { text: string };
const define = (rest: object = {}) => defineDocument<Note, [user: string, at?: number]>({ ...plain, ...rest });
const restoring = () => ({ now: 1, heads: new Map([['u', 7]]) });

describe('a document', () => {
  test('has keys of its kind on its anchor', () => {
    const note = define();
    expect(note.key('u')).toEqual({ anchor: 'u', name: 'note', document: note });
    expect(note.key('u', 0)).toMatchObject({ anchor: 'u', name: 'note/0' });
  });

  test('has no secrets and no index entries by default, and its parsed value is not kept', () => {
    const note = define();
    expect(note).toMatchObject({ secretFields: undefined, onRestore: 'keep', isHead: false, isHot: false });
    expect(note.secrets({ text: 'x' }, note.key('u'))).toEqual([]);
    expect(note.indexes({ text: 'x' })).toEqual([]);
  });

  test('declares its secrets and index entries', () => {
    const secrets = { fields: 'text', of: ({ text }: Note) => [{ sealed: text, context }] };
    const indexes = ({ text }: Note) => [{ index: 'notes', entry: { sort: text, id: text } }];
    const note = define({ secrets, indexes, isHead: true });
    expect(note).toMatchObject({ secretFields: 'text', isHead: true });
    expect(note.secrets({ text: 'x' }, note.key('u'))).toEqual([{ sealed: 'x', context }]);
    expect(note.indexes({ text: 'x' })).toEqual([{ index: 'notes', entry: { sort: 'x', id: 'x' } }]);
  });

  test.each([
    ['keep', 'keep', { text: 'x' }],
    ['drop', 'drop', undefined],
    [{ change: 'shouted', rule: ({ text }: Note) => ({ text: `${text}!` }) }, 'shouted', { text: 'x!' }],
  ])('SR-62: a revoked document is not restored: its own rule applies: %j', (onRestore, described, restored) => {
    const note = define({ onRestore });
    expect(note.onRestore).toBe(described);
    expect(note.restore({ text: 'x' }, restoring(), note.key('u'))).toEqual(restored);
  });

  test('SR-62: a used document beyond the head of its series is not restored', () => {
    const series = upToHead(({ n }: { n: number }) => n);
    expect(series.change).toBe('up to the head of the series');
    const restore = (n: number, anchor: string) => series.rule({ n }, restoring(), { anchor, name: 'series' });
    expect(restore(7, 'u')).toEqual({ n: 7 });
    expect(restore(8, 'u')).toBeUndefined();
    expect(restore(1, 'other')).toBeUndefined();
  });
});

describe('indexes', () => {
  const notes = () =>
    defineIndexes(
      { kind: 'notes', anchorOf: ({ id }, part) => `${part}/${id}`, onRestore: (id, _, part) => id === part },
      { all: () => undefined, of: (user: string) => `${user}/created` },
    );

  test('have names of their kind', () => {
    const { all, of, definition } = notes();
    expect([all(), of('u')]).toEqual(['notes', 'notes/u/created']);
    expect(definition.names.map((name) => (name as (user: string) => string)('u'))).toEqual([
      'notes',
      'notes/u/created',
    ]);
  });

  test('are found in a catalogue by their kind', () => {
    const kept = defineIndexes({ kind: 'kept', anchorOf: () => 'k', onRestore: 'keep' }, {}).definition;
    const dropped = defineIndexes({ kind: 'dropped', anchorOf: () => 'd', onRestore: 'drop' }, {}).definition;
    const catalogue = createCatalogue([], [notes().definition, kept, dropped]);
    const entry = { sort: 's', id: 'x' };
    expect(catalogue.anchorOfEntry('notes/u/created', entry)).toBe('u/x');
    expect(catalogue.anchorOfEntry('notes', entry)).toBe('/x');
    expect(catalogue.anchorOfEntry('other/u', entry)).toBeUndefined();
    const keeps = (index: string) => catalogue.keepsEntry(index, 'x', restoring());
    expect(['notes/x', 'notes/u', 'kept/x', 'dropped/x', 'other/x'].map(keeps)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('a catalogue', () => {
  test('finds a document and its secrets by its key', () => {
    const secrets = { fields: 'text', of: ({ text }: Note) => [{ sealed: text, context }] };
    const note = define({ secrets });
    const catalogue = createCatalogue([note], []);
    expect(catalogue.documents).toEqual([note]);
    expect(catalogue.documentOf(note.key('u', 1))).toBe(note);
    expect(catalogue.documentOf({ anchor: 'u', name: 'notebook' })).toBeUndefined();
    expect(catalogue.secretsOf(note.key('u', 1), { text: 'x' })).toEqual([{ sealed: 'x', context }]);
    expect(catalogue.secretsOf({ anchor: 'u', name: 'other' }, { text: 'x' })).toEqual([]);
  });

  test('rejects two definitions of one kind', () => {
    expect(() => createCatalogue([define(), define()], [])).toThrow('two definitions have the same kind');
  });
});
