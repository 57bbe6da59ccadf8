import { afterAll, beforeAll, describe, test } from 'vitest';
import { codeBlocksOf, documentPaths } from './testing/code-blocks.ts';
import { DocumentSession } from './testing/document-session.ts';

/** Tried as a whole, with a browser, in quickstart.browser.test.ts. */
const QUICKSTART = 'docs/quickstart.md';

/** Tried with a release, in e2e/release.built.test.ts. */
const INSTALL = 'docs/operations/install.md';

/** A document whose commands a reader types one after the other, from the first to the last. */
function isSession(path: string): boolean {
  return codeBlocksOf(path).some(({ language, role }) => language === 'sh' && role !== 'not-executed');
}

const sessions = documentPaths().filter((path) => path !== QUICKSTART && path !== INSTALL && isSession(path));

describe.each(sessions)('the commands of %s', (path) => {
  let session: DocumentSession;

  beforeAll(async () => {
    session = await DocumentSession.open(path);
  });

  afterAll(() => session.close());

  for (const block of codeBlocksOf(path)) {
    const isTyped = DocumentSession.isTyped(block);
    if (isTyped) test(`${block.at} ${block.text.split('\n')[0]?.slice(0, 60)}`, () => session.run(block));
  }
});
