import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { REFUSALS } from '@countersign/protocol/codes';
import { SaxesParser } from '@rubensworks/saxes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BACKENDS, fillIn } from '../../console/resources/snippets.ts';
import { Account } from '../../docs/testing/account.ts';
import { type BuiltService, makePlace, type Place, serve, setUp } from '../../docs/testing/built-service.ts';
import { codeBlocksOf, ROOT } from '../../docs/testing/code-blocks.ts';
import { ExampleValues } from '../../docs/testing/example-values.ts';
import { type MailServer, startMailServer } from '../../e2e/harness/mail-server.ts';
import { freePorts } from '../../server/testing/free-ports.ts';
import { waitUntil } from '../../server/testing/wait-until.ts';
import { CLIENT_ERROR_CODES, RESULT_ERROR_CODES, WEBHOOK_ERROR_CODES } from '../typescript/src/codes.ts';
import { VECTORS } from '../typescript/testing/vectors.ts';
import { JavaWorkshop, librarySource, sourcesUnder } from './testing/java-workshop.ts';

const ORIGIN = 'https://shop.example';
const LIBRARY = import.meta.dirname;
const PRODUCT: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Hands over the mails that were sent to the address that it is asked for, once there is one. */
function openMailbox(mails: MailServer) {
  return createServer(async (request, response) => {
    const address = decodeURIComponent((request.url ?? '').slice(1));
    await waitUntil(`a mail to ${address}`, () => mails.to(address).length > 0);
    response.end(mails.to(address).join('\n'));
  });
}

describe('the library for Java', () => {
  let place: Place;
  let service: BuiltService;
  let mails: MailServer;
  let mailbox: ReturnType<typeof openMailbox>;
  let workshop: JavaWorkshop;
  const env: Record<string, string> = {};

  beforeAll(async () => {
    mails = await startMailServer();
    mailbox = openMailbox(mails);
    await new Promise<void>((resolve) => mailbox.listen(0, '127.0.0.1', resolve));
    place = await makePlace();
    place.env.COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK = 'true';
    place.env.COUNTERSIGN_SMTP_URL = mails.url;
    place.env.COUNTERSIGN_MAIL_FROM = 'auth@shop.example';
    const key = setUp(place);
    service = await serve(place);
    const account = new Account(service.url, key);
    const resource = await account.resource({ allowedOrigins: [ORIGIN] });
    const [events = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${events}/events`;
    const { secret } = await account.call('POST', '/v1/webhooks', { url, events: ['user.updated'] });
    Object.assign(env, {
      COUNTERSIGN_URL: service.url,
      COUNTERSIGN_API_KEY: key,
      API_KEY: key,
      COUNTERSIGN_RESOURCE: resource,
      MAILS_URL: `http://127.0.0.1:${(mailbox.address() as AddressInfo).port}`,
      EVENTS_PORT: String(events),
      WEBHOOK_SECRET: String(secret),
    });

    workshop = await JavaWorkshop.open();
    const values = new ExampleValues();
    values.set('https://auth.example', service.url);
    values.set('res_01k8dq9z2mp', resource);
    for (const { text } of codeBlocksOf('clients/java/README.md').filter(({ language }) => language === 'java')) {
      const [, packageName] = /^package (\w+);$/m.exec(text) ?? [];
      const [, className] = /^public final class (\w+)/m.exec(text) ?? [];
      await workshop.write(`${packageName}/${className}.java`, values.fill(text));
    }
    await workshop.write('embed/SignIn.java', embedded());
    await workshop.compileTests('src/test/java', 'documented');
  });

  afterAll(async () => {
    await workshop?.remove();
    await service?.stop();
    await place?.remove();
    mailbox?.close();
    await mails?.close();
  });

  // SR-9, SR-10, SR-32, SR-45
  test('refuses whatever is hostile, and does with a service that runs what it says', async () => {
    const vectors = join(ROOT, 'shared/vectors');
    const { successful, failed, skipped, output } = await workshop.runTests({ vectors }, env);
    expect(failed, output).toBe(0);
    expect(skipped, output).toBe(0);
    // The corpus alone has more than 600 cases: whatever was not found has not been tried.
    expect(successful, output).toBeGreaterThan(800);
  });
});

/** The console's example as a developer pastes it, with the clock and the keys of the vectors. */
function embedded(): string {
  const { issuer, resource } = VECTORS.defaults;
  const text = BACKENDS.find(({ language }) => language === 'Java')?.text ?? '';
  const filled = fillIn(text, { service: issuer, resource, origin: ORIGIN });
  const set = '.jwksUrl(System.getProperty("embed.jwks")).clock(documented.DocumentedTest.CLOCK).build()';
  return `package embed;\n${filled.replace('.build()', set)}`;
}

describe('the library says the same as the others', () => {
  test('about codes', () => {
    const source = librarySource('ErrorCodes.java');
    const listed = (name: string) => {
      const [, list = ''] = new RegExp(`List<String> ${name} =\\s+List\\.of\\((.*?)\\);`, 's').exec(source) ?? [];
      return [...list.matchAll(/^ *"(\w+)"/gm)].map(([, code]) => code);
    };
    expect(listed('RESULT')).toEqual([...RESULT_ERROR_CODES]);
    expect(listed('WEBHOOK')).toEqual([...WEBHOOK_ERROR_CODES]);
    expect(listed('CLIENT')).toEqual([...CLIENT_ERROR_CODES]);
    expect(listed('SERVER').sort()).toEqual(Object.keys(REFUSALS).sort());
  });

  test('in its README about its own codes', () => {
    const readme = readFileSync(join(LIBRARY, 'README.md'), 'utf8');
    for (const code of [...CLIENT_ERROR_CODES, 'JWKS_UNAVAILABLE']) expect(readme).toContain(`\`${code}\``);
  });
});

describe('the library stands alone', () => {
  test('its code imports itself, Java and Jackson', () => {
    const sources = sourcesUnder(join(LIBRARY, 'src/main/java')).map((file) => readFileSync(file, 'utf8'));
    const imported = sources.flatMap((text) =>
      [...text.matchAll(/^import (?:static )?([\w.]+);$/gm)].map(([, name]) => name),
    );
    expect(sources.length).toBeGreaterThan(50);
    expect(imported.length).toBeGreaterThan(100);
    expect(imported.filter((name) => !/^(?:java|javax\.crypto|com\.fasterxml\.jackson)\./.test(name ?? ''))).toEqual(
      [],
    );
  });

  test('its pom.xml is well-formed, names Jackson alone, and has the version of the product', () => {
    const values = readPom('pom.xml');
    expect(values.get('project/version')).toEqual([PRODUCT.version]);
    expect(values.get('project/dependencies/dependency/artifactId')).toEqual(['jackson-databind', 'junit-jupiter']);
    expect(values.get('project/dependencies/dependency/scope')).toEqual(['test']);
    const readme = readFileSync(join(LIBRARY, 'README.md'), 'utf8');
    for (const name of ['groupId', 'artifactId', 'version']) {
      expect(readme).toContain(`<${name}>${values.get(`project/${name}`)}</${name}>`);
    }
  });

  test('the module for Jakarta Servlet needs it, and a container', () => {
    const values = readPom('servlet/pom.xml');
    expect(values.get('project/version')).toEqual([PRODUCT.version]);
    const needed = ['countersign-client', 'jakarta.servlet-api'];
    expect(values.get('project/dependencies/dependency/artifactId')).toEqual(needed);
    expect(values.get('project/dependencies/dependency/scope')).toEqual(['provided']);
  });
});

/** The texts of a POM by the path of their elements. */
function readPom(file: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const path: string[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name }) => void path.push(name));
  parser.on('text', (value) => {
    if (value.trim() !== '') values.set(path.join('/'), [...(values.get(path.join('/')) ?? []), value.trim()]);
  });
  parser.on('closetag', () => void path.pop());
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(readFileSync(join(LIBRARY, file), 'utf8')).close();
  return values;
}
