import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePorts } from '../../server/testing/free-ports.ts';
import { TEST_CERTIFICATE } from '../../server/testing/test-certificate.ts';
import {
  CLIENT_ERROR_CODES,
  RESULT_ERROR_CODES,
  SERVER_ERROR_CODES,
  WEBHOOK_ERROR_CODES,
} from '../typescript/src/codes.ts';
import { php, reportPhpTests, runPhpTests } from './testing/run-php.ts';
import { startTestServer } from './testing/test-server.ts';

const HERE = import.meta.dirname;

const run = await runWithServer();

// SR-9, SR-10, SR-32, SR-45: the corpus, and what is of PHP alone.
describe('the library for PHP', () => reportPhpTests(run));

describe('the library for PHP alone', () => {
  const sources = readdirSync(join(HERE, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.php'),
  );
  const read = (name: string) => readFileSync(join(HERE, 'src', name), 'utf8');

  test('runs every file of the corpus', () => {
    const corpus = readdirSync(join(HERE, '../../shared/vectors')).filter((name) =>
      /^(?!test-keys).*\.json$/.test(name),
    );
    const named = new Set(run.tests.map(({ name }) => /: ([\w-]+\.json): /.exec(name)?.[1]).filter(Boolean));
    expect([...named].sort()).toEqual(corpus.sort());
  });

  test('says the same codes as the others', async () => {
    const script = `require '${join(HERE, 'autoload.php')}';
      use Countersign\\ErrorCodes;
      echo json_encode([ErrorCodes::RESULT, ErrorCodes::WEBHOOK, ErrorCodes::CLIENT, ErrorCodes::SERVER]);`;
    const { out } = await php(['-r', script], {});
    // Nothing ends a call early in PHP, so nothing says ABORTED.
    const own = CLIENT_ERROR_CODES.filter((code) => code !== 'ABORTED');
    expect(JSON.parse(out)).toEqual([RESULT_ERROR_CODES, WEBHOOK_ERROR_CODES, own, SERVER_ERROR_CODES]);
  });

  test('has one type in each file, named as its place says, and strict types', () => {
    expect(sources.length).toBeGreaterThan(50);
    for (const name of sources) {
      const text = read(name);
      const [, folder = '', type = ''] = /^(?:(.*)\/)?(\w+)\.php$/.exec(name) ?? [];
      expect(text, name).toMatch(/^<\?php\n\ndeclare\(strict_types=1\);\n\n/);
      expect(/^namespace (.*);$/m.exec(text)?.[1], name).toBe(folder === '' ? 'Countersign' : `Countersign\\${folder}`);
      const types = [...text.matchAll(/^(?:abstract |final )?(?:class|interface|enum) (\w+)/gm)].map(
        ([, found]) => found,
      );
      expect(types, name).toEqual([type]);
      expect(text.split('\n').length, name).toBeLessThan(400);
    }
  });

  test('uses the extensions that composer.json names, and none besides', () => {
    const { require, suggest } = JSON.parse(readFileSync(join(HERE, 'composer.json'), 'utf8'));
    expect(Object.keys(require)).toEqual(['php', 'php-64bit', 'ext-curl', 'ext-json', 'ext-openssl', 'ext-sodium']);
    expect(Object.keys(suggest)).toEqual(['ext-intl']);
    for (const name of sources) {
      expect(read(name), name).not.toMatch(/\b(?:mb|iconv|ctype|gmp|bc|apcu|igbinary|grapheme)_?\w*\(/);
    }
  });
});

/** All of them in one process, beside a server that the connection is tried on. */
async function runWithServer() {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-php-'));
  const server = await startTestServer();
  try {
    const [closed] = await freePorts(1);
    await writeFile(join(folder, 'ca.pem'), TEST_CERTIFICATE.cert);
    return await runPhpTests([], {
      TMPDIR: folder,
      TEST_SERVER: server.url,
      TEST_CLOSED: `http://127.0.0.1:${closed}/`,
      TEST_CA: join(folder, 'ca.pem'),
    });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}
