import type { Readable, Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { connect, connectToAccount, serverEnvironment } from '../connection/connect.ts';
import { readEnvironmentFile } from '../connection/env-file.ts';
import { type Service, UsageError } from '../connection/service.ts';
import { type Paint, painterOf, plain } from '../output/paint.ts';
import { terminalQrCode } from '../output/qr-code.ts';
import { escapeControls, formatObject, formatTable, growingTable } from '../output/table.ts';
import { partOf } from '../resources/paths.ts';
import type { Action } from '../resources/resource-command.ts';

/** What a command needs from its process; tests bring their own. */
export interface Environment {
  env: Record<string, string | undefined>;
  stdin: Readable;
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
  /** The entry of the built server. */
  server: string;
  /** Waits, or until the signal. */
  pause(ms: number, until: AbortSignal): Promise<void>;
  /** Ends with Ctrl-C, which from then on does not end the process. */
  interruption(): AbortSignal;
}

export interface GlobalOptions {
  url?: string;
  account?: string;
  data?: string;
  envFile?: string;
  json?: boolean;
  ids?: boolean;
  field?: string;
}

/** The variables of the command, with those of the service if a file names them, which then count. */
export function variablesOf({ env }: Pick<Environment, 'env'>, { envFile }: GlobalOptions): Environment['env'] {
  return envFile === undefined ? env : { ...env, ...readEnvironmentFile(envFile) };
}

/** One run of one command: its connection and its output. */
export class Run {
  readonly #around: Environment;
  readonly #options: GlobalOptions;

  constructor(around: Environment, command: Command) {
    this.#around = around;
    this.#options = command.optsWithGlobals<GlobalOptions>();
  }

  get json(): boolean {
    return this.#options.json === true;
  }

  /** The account given by flag or variable. */
  get account(): string | undefined {
    return this.#options.account ?? this.#around.env.COUNTERSIGN_ACCOUNT;
  }

  get stderr(): Environment['stderr'] {
    return this.#around.stderr;
  }

  /** Runs with a connection to one account, and always closes it. */
  inAccount<T>(work: (service: Service) => Promise<T>): Promise<T> {
    return this.#with(connectToAccount(this.#connection()), work);
  }

  /** The same outside any account, as the operator. */
  asOperator<T>(work: (service: Service) => Promise<T>): Promise<T> {
    return this.#with(connect(this.#connection()), work);
  }

  /** All of standard input, without the last line break. */
  async readInput(): Promise<string> {
    return (await textOf(this.#around.stdin)).replace(/\r?\n$/, '');
  }

  print(line: string): void {
    this.#around.stdout.write(`${line}\n`);
  }

  pause(ms: number, until: AbortSignal): Promise<void> {
    return this.#around.pause(ms, until);
  }

  interruption(): AbortSignal {
    return this.#around.interruption();
  }

  /** Beside the output, for people. */
  tell(line: string): void {
    this.#around.stderr.write(`countersign: ${line}\n`);
  }

  get #paint(): Paint {
    return painterOf(this.#around.env, this.#around.stdout);
  }

  /** Draws what an authenticator app reads, on a terminal that has room for it. */
  showQrCode(content: string): void {
    const { isTTY = false, columns = 80 } = this.#around.stdout;
    if (!isTTY || this.json || this.#field !== undefined) return;
    const code = terminalQrCode(content, { columns, isColoured: this.#paint !== plain });
    if (code !== undefined) this.print(`\n${code}`);
  }

  /** Prints items as they come: JSON on a line each. */
  listWriter(columns: readonly string[]): (items: readonly Record<string, unknown>[]) => void {
    const format = growingTable(columns, this.#paint);
    return (items) => {
      if (this.#field !== undefined) for (const item of items) this.#printField(item);
      else if (this.json) for (const item of items) this.print(JSON.stringify(item));
      else if (items.length > 0) this.print(format(items));
    };
  }

  get stdout(): Writable {
    return this.#around.stdout;
  }

  showList(items: readonly Record<string, unknown>[], columns: readonly string[], ifNone = 'none'): void {
    if (this.#field !== undefined) for (const item of items) this.#printField(item);
    else
      this.print(
        this.json
          ? JSON.stringify(items, null, 2)
          : items.length === 0
            ? ifNone
            : formatTable(items, columns, this.#paint),
      );
  }

  /** A response with a list and more: scripts get all of it, people a summary and a table. */
  showListed(
    answer: Record<string, unknown>,
    rest: Record<string, unknown>,
    listed: readonly Record<string, unknown>[],
    { columns, forPeople, ifNone }: Pick<NonNullable<Action['rows']>, 'columns' | 'forPeople' | 'ifNone'>,
  ): void {
    if (this.json) this.show(answer);
    else if (this.#field !== undefined) this.showList(listed, columns);
    else {
      if (Object.keys(rest).length > 0) this.print(`${formatObject(rest, this.#paint)}\n`);
      this.showList(forPeople?.(listed) ?? listed, columns, ifNone);
    }
  }

  show(object: Record<string, unknown>): void {
    if (this.#field !== undefined) this.#printField(object);
    else this.print(this.json ? JSON.stringify(object, null, 2) : formatObject(object, this.#paint));
  }

  /** Confirms an empty response: a word for people, a marker in JSON for scripts. */
  showDone(word: string): void {
    if (this.json) this.print('{ "done": true }');
    else this.note(word);
  }

  /** For people only. */
  note(line: string): void {
    if (!this.json && this.#field === undefined) this.print(line);
  }

  /** The single field to print, if one is requested. */
  get #field(): string | undefined {
    return this.#options.ids ? 'id' : this.#options.field;
  }

  #printField(object: Record<string, unknown>): void {
    const name = this.#field ?? '';
    const value = name === 'id' ? idOf(object) : partOf(object, name);
    if (value === undefined) throw new UsageError(`--field: the response has no ${name}`);
    this.print(escapeControls(typeof value === 'string' ? value : JSON.stringify(value)));
  }

  async #with<T>(connecting: Promise<Service>, work: (service: Service) => Promise<T>): Promise<T> {
    const service = await connecting;
    try {
      return await work(service);
    } finally {
      await service.close();
    }
  }

  #connection() {
    const { server } = this.#around;
    const env = variablesOf(this.#around, this.#options);
    return {
      url: this.#options.url ?? env.COUNTERSIGN_API_URL,
      apiKey: env.COUNTERSIGN_API_KEY,
      account: this.account,
      dataFolder: this.#options.data ?? env.COUNTERSIGN_DATA ?? './data',
      server,
      environment: serverEnvironment(env),
    };
  }
}

/** The id of the created object, which a response with secrets holds in one of its fields. */
function idOf(object: Record<string, unknown>): string {
  const inner = Object.values(object).find((value) => typeof value === 'object' && value !== null && 'id' in value);
  return String(object.id ?? (inner as { id?: unknown } | undefined)?.id);
}
