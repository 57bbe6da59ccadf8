import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REFUSALS } from '@countersign/protocol/codes';
import { IMPORT_FLAWS, IMPORT_WARNINGS } from '@countersign/protocol/token-import';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MIGRATION_CODES } from '../cli/migrate/report.ts';
import { GAP_CODES, LEFT_CODES } from '../cli/migrate/system.ts';
import { EXIT } from '../cli/output/exit-codes.ts';
import { SKIP_REASONS } from '../cli/protectimus/migration-plan.ts';
import {
  CLIENT_ERROR_CODES,
  RESULT_ERROR_CODES,
  SITE_ERROR_CODES,
  WEBHOOK_ERROR_CODES,
} from '../clients/typescript/src/codes.ts';
import { loadConfig } from '../server/config/load-config.ts';
import { loadPlans } from '../server/config/load-plans.ts';
import { loadSmsGateway } from '../server/config/load-sms-gateway.ts';
import { loadTexts } from '../server/config/load-texts.ts';
import { feedLine } from '../server/events/feed/feed-line.ts';
import { USER_BLOCKS } from '../server/protectimus/blocks.ts';
import { RESOURCE_WARNINGS } from '../server/resources/resource-warnings.ts';
import { CommandRefused, settingProblems } from '../server/store/redis/inspect-server.ts';
import { parsePromises } from '../server/store/required-settings.ts';
import { PROTECTIMUS_TYPES } from '../server/tokens/protectimus-types.ts';
import { measureWidget } from '../tools/check-sizes.ts';
import enrolment from '../ui/i18n/locales/en/widget/enrolment.json' with { type: 'json' };
import passkeys from '../ui/i18n/locales/en/widget/passkeys.json' with { type: 'json' };
import signIn from '../ui/i18n/locales/en/widget/sign-in.json' with { type: 'json' };
import signing from '../ui/i18n/locales/en/widget/signing.json' with { type: 'json' };
import standalone from '../ui/i18n/locales/en/widget/standalone.json' with { type: 'json' };
import { Account } from './testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from './testing/built-service.ts';
import { allCodeBlocks, documentPaths, ROOT, readDocument } from './testing/code-blocks.ts';

const blocks = allCodeBlocks();

/** The one block of a kind. */
function only(language: string, role = ''): string {
  const found = blocks.filter((block) => block.language === language && block.role === role);
  expect(found.map(({ at }) => at)).toHaveLength(1);
  return found[0]?.text ?? '';
}

/** `name=value` or `name value` by line; comments and empty lines left out. */
function settings(text: string, separator: RegExp): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split(separator, 2) as [string, string]));
}

describe('the blocks of the documents', () => {
  test('are all tried in one of these ways', () => {
    const tried = [
      'sh', // commands.test.ts
      'sh background',
      'sh tarball', // e2e/release.built.test.ts
      'sh npm',
      'json answer',
      'text',
      'ts', // backend-examples.test.ts, quickstart.browser.test.ts
      'html', // embedding.browser.test.ts
      ...['events', 'appearance', 'popup', 'enrolment', 'self-service', 'second-factor'].map((role) => `js ${role}`),
      ...['js web-component', 'tsx react', 'vue', 'svelte', 'ts angular'], // e2e/front-end.test.ts
      ...['js', 'python', 'php', 'java'], // sign-in-guides.test.ts
      ...['swift', 'kotlin'], // native-apps.test.ts compares what they send
      'http headers',
      'ini environment', // here
      'ini redis',
      'ini managed',
      'ini tls',
      'nginx',
      'json log',
      'json feed',
      'json sms-gateway',
      'json plans',
      'json texts',
      'html mail-frame',
      'mermaid', // drawn, not run
      'sh not-executed', // listed below
    ];
    const kinds = blocks.map(({ language, role }) => [language, role].filter(Boolean).join(' '));
    expect([...new Set(kinds)].filter((kind) => !tried.includes(kind))).toEqual([]);
  });

  test('are run but for these, which install, need the network, or hold what only a reader has', () => {
    const skipped = blocks.filter(({ role }) => role === 'not-executed').map(({ file, text }) => [file, text.trim()]);
    expect(skipped).toEqual([
      ['README.md', 'npm ci && npm start'],
      ['README.md', 'npm ci && npm test'],
      ['docs/moving-from-protectimus.md', expect.stringContaining('--dry-run')],
      ['docs/moving-from-protectimus.md', expect.stringContaining('--login ada@example.com')],
      ['docs/moving-from-protectimus.md', expect.stringContaining('--send-resets')],
      // The other systems' own exports.
      ['docs/moving-in.md', expect.stringContaining('kc.sh export')],
      ['docs/moving-in.md', expect.stringContaining('firebase auth:export')],
      ['docs/moving-in.md', expect.stringContaining('psql -At')],
      ['docs/moving-in.md', expect.stringContaining('sqlite3 app.sqlite')],
      ['docs/moving-in.md', expect.stringContaining('pi-tokenjanitor')],
      ['docs/protectimus.md', expect.stringContaining('--kind protectimus')],
      // quickstart.browser.test.ts does the same with this checkout.
      ['docs/quickstart.md', expect.stringContaining('git clone')],
      ['docs/quickstart.md', 'npm install /tmp/countersign-client-0.1.0.tgz tsx'],
      ['docs/quickstart.md', 'npx tsx server.ts'],
      // e2e/framework-sites.test.ts starts the examples without installing them.
      ['docs/sign-in-node.md', expect.stringContaining('npm pack ./clients/typescript')],
      ['docs/sign-in-node.md', expect.stringContaining('npm run pack:widget')],
      ['docs/sign-in-node.md', expect.stringContaining('npx tsx express.ts')],
      ['docs/sign-in-php.md', expect.stringContaining('key create')],
      ['docs/sign-in-php.md', expect.stringContaining('php -S')],
      ['docs/sign-in-python.md', expect.stringContaining('pip install')],
      ['docs/sign-in-python.md', expect.stringContaining('python app.py')],
      ['docs/sign-in-python.md', expect.stringContaining('runserver')],
      // server/composition/breached-passwords.test.ts does it.
      ['docs/operations/attack-protection.md', expect.stringContaining('breached-passwords build')],
      // tools/release/debian-package.test.ts tries the units.
      ['docs/operations/backup.md', expect.stringContaining('systemctl enable --now countersign-backup.timer')],
      // e2e/restored.built.test.ts does it.
      ['docs/operations/backup.md', 'countersign restore night.backup --events acme.jsonl --keys keys.json'],
      ['docs/operations/first-start.md', expect.stringContaining('systemd/countersign.service')],
      // cli/connection/env-file.test.ts reads such a file.
      ['docs/operations/first-start.md', expect.stringContaining('countersign --env-file')],
      // It needs root, some minutes and a whole machine.
      ['docs/operations/high-availability.md', expect.stringContaining('npm run drills')],
      // e2e/debian-package.built.test.ts installs the package, release.built.test.ts runs the demo from npm's, and
      // container.built.test.ts what the image starts.
      ['docs/operations/install.md', expect.stringContaining('apt-get install ./countersign_')],
      ['docs/operations/install.md', expect.stringContaining('--strip-components=1')],
      ['docs/operations/install.md', expect.stringContaining('serve --demo')],
      ['docs/operations/install.md', expect.stringContaining('docker build')],
      ['docs/operations/install.md', expect.stringContaining('npm run release')],
      // server/composition/forget-secrets.test.ts does it.
      ['docs/operations/keys.md', expect.stringContaining('countersign forget-secrets --confirm')],
      // cli/send-links.test.ts does it.
      ['docs/operations/keys.md', expect.stringContaining('user send-links --secret-lost')],
      // cli/delete-account.test.ts does it.
      ['docs/operations/personal-data.md', expect.stringContaining('countersign account delete')],
      ['docs/operations/proxy-and-tls.md', expect.stringContaining('sudo chgrp countersign live')],
      // server/composition/move.test.ts does it.
      ['docs/operations/store.md', expect.stringContaining('countersign store move --to')],
    ]);
  });
});

test('the line of the audit feed is one that the service writes', () => {
  const shown = only('json', 'feed').trim();
  const { schema: _, time: __, account, id, segment: number, ...event } = JSON.parse(shown);
  expect(feedLine({ account, number }, { id, event: { ...event, account } }).text).toBe(shown);
});

describe('what operators copy', () => {
  test('the environment is a valid configuration', () => {
    const config = loadConfig(Object.fromEntries(settings(only('ini', 'environment'), /=/)));
    expect(config).toMatchObject({ url: 'https://auth.example', trustedProxies: ['127.0.0.1/32'] });
  });

  test('the plans are valid ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-plans-'));
    const file = join(folder, 'plans.json');
    await writeFile(file, only('json', 'plans'));
    expect(loadPlans(file)).toMatchObject({ currency: 'EUR', plans: [{ name: 'Trial' }, { monthlyFee: 4900 }] });
    await rm(folder, { recursive: true });
  });

  test('the texts and the HTML around mails can be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-texts-'));
    await mkdir(join(folder, 'all'));
    await writeFile(join(folder, 'all/en.json'), only('json', 'texts'));
    await writeFile(join(folder, 'mail.html'), only('html', 'mail-frame'));
    const { all, mailFrame } = loadTexts({ textsFolder: folder });
    expect([all.get('en')?.messages.size, mailFrame]).toEqual([3, only('html', 'mail-frame')]);
    await rm(folder, { recursive: true });
  });

  test('the settings of Redis are those that the service asks for', () => {
    expect(settingProblems(settings(only('ini', 'redis'), / /))).toEqual([]);
  });

  test('the variables of TLS are valid', () => {
    const { url, tls } = loadConfig(Object.fromEntries(settings(only('ini', 'tls'), /=/)));
    expect(url).toBe('https://auth.example');
    expect(tls?.keyFile).toMatch(/privkey\.pem$/);
  });

  test('what a managed Redis must keep is all that the service asks for', () => {
    const [, promises = ''] = /^COUNTERSIGN_STORE_PROMISES=(.*)$/m.exec(only('ini', 'managed')) ?? [];
    expect(settingProblems(new CommandRefused('ERR'), parsePromises(promises))).toEqual([]);
  });

  test('the SMS gateways are such as the service starts with', async () => {
    const files = blocks.filter(({ role }) => role === 'sms-gateway');
    expect(files.length).toBeGreaterThan(1);
    const folder = await mkdtemp(join(tmpdir(), 'countersign-gateways-'));
    for (const [at, { text }] of files.entries()) {
      const file = join(folder, `${at}.json`);
      await writeFile(file, text);
      expect(loadSmsGateway(file).gateway.url).toMatch(/^https:/);
    }
    await rm(folder, { recursive: true });
  });

  test('the unit starts what is built, from the folder with the data that the environment names', () => {
    const unit = readFileSync(join(ROOT, 'deploy/systemd/countersign.service'), 'utf8');
    const value = settings(unit, /=/);
    expect(value.get('ExecStart')).toBe('/usr/bin/node /usr/lib/countersign/dist/server/start.cjs serve');
    expect(value.get('EnvironmentFile')).toBe(
      only('ini', 'environment')
        .split('\n')[0]
        ?.match(/\/[\w./-]+/)?.[0],
    );
    expect(settings(only('ini', 'environment'), /=/).get('COUNTERSIGN_DATA')).toBe(
      `/var/lib/${value.get('StateDirectory')}`,
    );
    // Systemd kills after this; the service has to be done before.
    expect(Number(value.get('TimeoutStopSec')) * 1000).toBeGreaterThan(loadConfig({}).shutdownMs);
  });

  test('the proxy passes to where the service listens, and names the client in the header that is read', () => {
    const proxy = only('nginx').replace(/^\s*#.*$/gm, '');
    const { listen, forwardedHeader } = loadConfig(Object.fromEntries(settings(only('ini', 'environment'), /=/)));
    expect(proxy.split('\n').filter((line) => !/^\s*$|[;{}]$/.test(line))).toEqual([]);
    expect(proxy.match(/{/g)?.length).toBe(proxy.match(/}/g)?.length);
    expect(proxy).toContain(`proxy_pass http://${listen.host}:${listen.port};`);
    expect(/proxy_set_header (\S+) \$remote_addr;/.exec(proxy)?.[1]?.toLowerCase()).toBe(forwardedHeader);
  });

  test('the line of the log has the fields of a real one', async () => {
    const place = await makePlace();
    const key = setUp(place);
    const service = await serve(place);
    try {
      const account = new Account(service.url, key);
      const resource = await account.resource({});
      const person = await account.person(resource);
      const otp = person.code() === '000000' ? '000001' : '000000';
      await fetch(`${service.url}/v1/authentications`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ method: 'password-otp', resource, user: person.login, password: person.password, otp }),
      });
      await service.stop();
      const lines = service
        .log()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      const real = lines.find(({ path }) => path === '/v1/authentications');
      const shown = JSON.parse(only('json', 'log'));
      expect(Object.keys(shown)).toEqual(Object.keys(real));
      for (const name of ['level', 'method', 'status', 'code', 'msg']) expect(shown[name]).toBe(real[name]);
    } finally {
      await service.stop();
      await place.remove();
    }
  });
});

describe('what the documents say', () => {
  let place: Place;
  let service: BuiltService;

  beforeAll(async () => {
    place = await makePlace();
    service = await serve(place);
  });

  afterAll(async () => {
    await service.stop();
    await place.remove();
  });

  test('the addresses that are named answer', async () => {
    const text = documentPaths().map(readDocument).join('\n');
    const addresses = [
      ...['/v1', '/v1/openapi.json', '/health/live', '/health/ready', '/.well-known/jwks.json'],
      ...[
        '/widget/v1/countersign.js',
        '/widget/v1/countersign.mjs',
        '/widget/v1/pure.mjs',
        '/widget/0.1.0/countersign.js',
      ],
    ];
    for (const address of addresses) {
      expect(text).toContain(address.replace('/widget/v1/pure', 'pure'));
      expect((await fetch(service.url + address)).status, address).toBe(200);
    }
  });

  test('the sizes are the measured ones, and not smaller', async () => {
    const sizes = await measureWidget(join(ROOT, 'dist/widget'));
    const measured = new Map(sizes.map(({ name, bytes }) => [name, bytes]));
    const loader = measured.get('countersign.js') ?? Number.NaN;
    const frame = measured.get('frame (html + js)') ?? Number.NaN;
    const real = { loader, frame, total: loader + frame };
    const claims = documentPaths().flatMap((path) => [
      ...readDocument(path).matchAll(/<!-- size:(\w+) -->([\d.]+)<!-- \/size -->/g),
    ]);
    expect(claims.map(([, name]) => name).sort()).toEqual(['frame', 'loader', 'total']);
    for (const [, name = '', said] of claims) {
      const bytes = Number(said) * 1000;
      expect(bytes, name).toBeGreaterThanOrEqual(real[name as keyof typeof real]);
      expect(bytes, `${name} has become smaller: say so`).toBeLessThan(real[name as keyof typeof real] * 1.1);
    }
  });

  test('what the command ends with', () => {
    const table = readDocument('docs/command-line.md').split('| code | meaning |')[1]?.split('\n\n')[0] ?? '';
    const codes = [...table.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });

  test('every code that is named exists', () => {
    const known = new Set<string>([
      ...Object.keys(REFUSALS),
      ...RESULT_ERROR_CODES,
      ...WEBHOOK_ERROR_CODES,
      ...CLIENT_ERROR_CODES,
      ...SITE_ERROR_CODES,
      ...RESOURCE_WARNINGS,
      ...Object.keys(IMPORT_FLAWS),
      ...Object.keys(IMPORT_WARNINGS),
      ...SKIP_REASONS,
      ...MIGRATION_CODES,
      ...GAP_CODES,
      ...LEFT_CODES,
      // The words of the Protectimus dialect.
      ...PROTECTIMUS_TYPES,
      ...USER_BLOCKS,
      // What `migrate` says of an address and of a row.
      ...['EMAIL_UNVERIFIED', 'ROW_INVALID'],
      // Secrets of the workflow of a release.
      ...['MAVEN_REPOSITORY', 'MAVEN_PUBLISHER', 'MAVEN_SIGNING_KEY', 'MAVEN_CENTRAL_TOKEN'],
      // Variables that every terminal program reads, of the backup's unit, of Django's example and of better-auth.
      ...['NO_COLOR', 'FORCE_COLOR', 'KEPT_DAYS'],
      ...['USER_FIELD', 'CREATE_USERS', 'SITE_CHECKS_PASSWORD', 'BETTER_AUTH_SECRET'],
    ]);
    for (const word of ownWordsOfTheLoader()) known.add(word);
    const named = documentPaths()
      .filter((path) => !/configuration|requirements/.test(path))
      .flatMap((path) => [...readDocument(path).matchAll(/`([A-Z]+(?:_[A-Z]+)*)`/g)])
      .map(([, code = '']) => code)
      .filter((code) => code.includes('_') && !/^(?:COUNTERSIGN_|OTEL_)/.test(code));
    expect(named.length).toBeGreaterThan(30);
    expect([...new Set(named)].filter((code) => !known.has(code))).toEqual([]);
  });

  test('every code that the script on the page gives is explained', () => {
    const text = documentPaths().map(readDocument).join('\n');
    const explained = (code: string) => text.includes(`\`${code}\``);
    expect(ownWordsOfTheLoader().filter((code) => !explained(code))).toEqual([]);
  });

  test('what people are told to look for is what the widget says', () => {
    const rows = [...readDocument('docs/users.md').matchAll(/^\| ([A-Z][^|]+) \| [^|]+ \| [^|]+ \|$/gm)];
    const said = rows.map(([, words = '']) => words).filter((words) => words !== 'It says' && words !== 'It offers');
    expect(said.length).toBeGreaterThan(5);
    const texts: string[] = [signIn, passkeys, signing, standalone, enrolment].flatMap((part) => Object.values(part));
    expect(said.filter((words) => !texts.some((text) => text.startsWith(words)))).toEqual([]);
  });
});

/** The codes that the script on the page, and the form in the frame, give by themselves. */
function ownWordsOfTheLoader(): string[] {
  const sources = ['widget/loader', 'widget/frame'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  );
  const given = /(?:(?:errorOf|fail|postError)\(\s*|\bcode(?: =|:) )'([A-Z]+_[A-Z_]+)'/g;
  const explained = readFileSync(join(ROOT, 'widget/loader/explain.ts'), 'utf8').matchAll(/'([A-Z]+_[A-Z_]+)'/g);
  return [...new Set([...sources.join('\n').matchAll(given), ...explained].map(([, code = '']) => code))];
}
