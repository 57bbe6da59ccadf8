import { resolve } from 'node:path';

export const PROJECT = resolve(import.meta.dirname, '../..');

/** Folders without documents for readers. */
export const LEFT_OUT = [
  '.ci',
  '.github',
  'cli',
  'console',
  'data',
  'demo-data',
  'demo-site',
  'deploy',
  'dist',
  'e2e',
  'tools',
  'ui',
];

/** The page of a document, both as paths: in the project, and in the site. */
export function pageOf(document: string): string {
  if (document === 'README.md') return 'about.md';
  return document
    .replace(/^docs\//, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .toLowerCase();
}
