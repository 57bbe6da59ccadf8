import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_TEXT_FILES } from '../kernel/own-texts.ts';
import { loadTexts } from './load-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-texts-'));
const textsFolder = join(folder, 'texts');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(textsFolder, { recursive: true, force: true }));

function loading(files: Record<string, unknown>) {
  mkdirSync(textsFolder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(textsFolder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return () => loadTexts({ textsFolder });
}

test('reads texts for all resources and for one, and the frame of mails', () => {
  const read = loading({
    'all/en.json': { 'mail.hello': 'Hi,', 'mail.signInSubject': 'Your code for {site}' },
    'all/de.json': { 'mail.hello': 'Moin,' },
    'res_01k8dq9z2mp/en.json': { 'sign-in.identifyTitle': 'Welcome' },
    'mail.html': '<html><body>{content}</body></html>',
    '.hidden/x': 'of an editor',
  })();
  expect(read.mailFrame).toContain('{content}');
  expect(read.all.get('en')?.messages.get('mail.signInSubject')).toEqual(['Your code for ', ['site']]);
  expect(read.all.get('en')?.written['mail.signInSubject']).toBe('Your code for {site}');
  expect(read.all.get('de')?.messages.get('mail.hello')).toBe('Moin,');
  expect([...read.resources].map(([id, languages]) => [id, [...languages.keys()]])).toEqual([
    ['res_01k8dq9z2mp', ['en']],
  ]);
  expect(loadTexts({})).toBe(NO_TEXT_FILES);
});

describe('an error names the file and the key, and shows no text', () => {
  test.each([
    [{ 'all/en.json': { 'mail.hello': 'SECRET\n' } }, 'all/en.json: "mail.hello" must be one line'],
    [{ 'all/en.json': { 'mail.signInSubject': 'SECRET' } }, 'all/en.json: "mail.signInSubject" lacks {site}'],
    [{ 'all/en.json': { 'mail.helo': 'SECRET' } }, 'all/en.json: "mail.helo" is not a text of the service'],
    [{ 'all/en.json': '{ SECRET' }, 'all/en.json is not readable JSON'],
    [{ 'all/en.json': ['SECRET'] }, 'all/en.json must be an object of texts'],
    [{ 'all/xx.json': {} }, 'all/xx.json is not named by a language'],
    [{ 'shop/en.json': {} }, 'shop is neither all, mail.html nor the id of a resource'],
    [{ 'mail.html': '<script>SECRET</script>{content}' }, 'mail.html line 1 has <script>'],
  ])('%j', (files, message) => {
    const load = loading(files);
    expect(load).toThrow(message);
    expect(load).toThrow(/^(?!.*SECRET)/s);
  });

  test('reports a missing folder', () => {
    expect(() => loadTexts({ textsFolder })).toThrow('is not a folder that can be read');
  });
});
