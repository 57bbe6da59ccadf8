import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Dialect, Parameters } from './dialect.ts';

/**
 * Programs that speak the dialect like its published libraries, each with the habits of its language. Python omits the
 * version from the address, PHP includes it.
 */
export const FOREIGN_CLIENTS = {
  Python: { command: 'python3', script: 'client.py', version: null },
  PHP: { command: 'php', script: 'client.php', version: 'v1' },
} as const;
export type ForeignLanguage = keyof typeof FOREIGN_CLIENTS;

/** What a caller of such a library gets: the result, or an exception with a code. */
export type ForeignAnswer = { response: unknown } | { code: number; message: string };

export interface ForeignCall {
  format: 'json' | 'xml' | 'none';
  key?: string;
  /** True if the password's hexadecimal digits are upper case. */
  upper?: boolean;
}

export interface ForeignClient {
  ask(
    own: Pick<Dialect, 'service' | 'superuser' | 'key'>,
    route: string,
    parameters: Parameters | Record<string, number[]>,
    call: ForeignCall,
  ): Promise<ForeignAnswer>;
  close(): Promise<void>;
}

/** @param base the URL of the service */
export function startForeignClient(language: ForeignLanguage, base: string): ForeignClient {
  const { command, script, version } = FOREIGN_CLIENTS[language];
  const path = new URL(`../protectimus/testing/${script}`, import.meta.url).pathname;
  const child = spawn(command, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async ask({ service, superuser, key }, route, parameters, call) {
      const [method, path] = route.split(' ');
      const request = {
        base,
        version,
        method,
        path,
        format: call.format === 'none' ? null : call.format,
        // They send an absent value as an empty field.
        parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, value ?? null])),
        login: superuser.email,
        key: call.key ?? key,
        now: Math.floor(service.ports.clock.now() / 1000),
        upper: call.upper ?? false,
      };
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the client in ${language} has ended`);
      return JSON.parse(value) as ForeignAnswer;
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
