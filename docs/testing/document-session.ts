import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type BuiltService, makePlace, type Place, serve, setUp } from './built-service.ts';
import { type CodeBlock, codeBlocksOf, ROOT } from './code-blocks.ts';
import { ExampleValues } from './example-values.ts';
import { Shell } from './shell.ts';

const API_KEY = 'csk_01k8dq9z2mp_2m4x7r9t1vw_k5n8w2r7t4x9m3c6v1b8h5j2d7f4g9p3';

/** A reader who types the commands of one document, from the first to the last. */
export class DocumentSession {
  readonly values = new ExampleValues();
  readonly #place: Place;
  readonly #spare: string;
  readonly #shell: Shell;
  #service: BuiltService | undefined;
  #printed = '';

  private constructor(place: Place, spare: string) {
    this.#place = place;
    this.#spare = spare;
    this.#shell = new Shell(ROOT, place.env);
    this.values.set('http://localhost:8080', place.url);
    this.values.set('https://auth.example', place.url);
    this.values.set('127.0.0.1:9464', place.metrics);
    this.values.set('/var/lib/countersign', join(spare, 'data'));
    this.values.set('--pack-destination /tmp', `--pack-destination ${spare}`);
  }

  /** A document that starts the service itself begins with nothing; the others are read where one runs. */
  static async open(path: string): Promise<DocumentSession> {
    const place = await makePlace();
    const session = new DocumentSession(place, await mkdtemp(join(tmpdir(), 'countersign-spare-')));
    // As the packages install it.
    await session.#shell.run(`countersign() { node "${ROOT}/dist/cli/countersign.js" "$@"; }`);
    if (codeBlocksOf(path).some(({ role }) => role === 'background')) return session;
    const key = setUp(place);
    session.values.set(API_KEY, key);
    session.#service = await serve(place);
    await session.#shell.run(`AUTH=${place.url}; API_KEY=${key}`);
    return session;
  }

  /** Whether a block is a command, or what one has printed. */
  static isTyped({ language, role }: CodeBlock): boolean {
    return ['sh', 'sh background', 'json answer', 'text'].includes([language, role].filter(Boolean).join(' '));
  }

  /** Runs a command, or compares what the last one has printed. */
  async run({ language, role, text }: CodeBlock): Promise<void> {
    if (role === 'background') {
      expect(text.trim()).toBe('node dist/server/start.cjs serve');
      this.#service = await serve(this.#place);
    } else if (language === 'sh') {
      const ran = await this.#shell.run(this.values.fill(text));
      expect(ran.status, `${ran.stdout}\n${ran.stderr}`).toBe(0);
      this.#printed = ran.stdout;
    } else if (language === 'json') {
      expect(this.values.compareJson(JSON.parse(text), JSON.parse(this.#printed))).toEqual([]);
    } else {
      expect(this.values.compareText(text, this.#printed)).toBeUndefined();
    }
  }

  async close(): Promise<void> {
    await this.#shell.close();
    await this.#service?.stop();
    await this.#place.remove();
    await rm(this.#spare, { recursive: true, force: true });
  }
}
