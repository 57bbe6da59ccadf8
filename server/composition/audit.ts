import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { splitLines } from '../events/log/split-lines.ts';
import type { AuditReport, Expectations } from '../events/log/verify-chain.ts';
import type { PublicJwk } from '../kernel/ports/signer.ts';
import { verifyAuditExport } from '../platform/jose/audit-statements.ts';

const USAGE = `usage: audit verify FILE --keys JWKS [--keys JWKS ...] [--account ID] [--known NUMBER:HASH]

Verifies an export of events (JSON Lines) offline. JWKS: a copy of /.well-known/jwks.json; several, when keys have changed.
Exits with 0 if the export is intact, 1 if something is wrong, and 2 if it could not be checked.`;

/** Verifies an export on disk with copies of the published keys. Throws if a file cannot be read. */
async function verifyAuditFile(
  file: string,
  keyFiles: readonly string[],
  expected: Expectations = {},
): Promise<AuditReport> {
  const keys = await readKeySets(keyFiles);
  return verifyAuditExport(splitLines(createReadStream(file)), keys, expected);
}

/** The keys in copies of the published set. Throws if a file cannot be read or contains none. */
export async function readKeySets(files: readonly string[]): Promise<PublicJwk[]> {
  const sets = await Promise.all(files.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as unknown));
  return sets.flatMap(keysOf);
}

function keysOf(set: unknown): PublicJwk[] {
  if (typeof set !== 'object' || set === null || !('keys' in set) || !Array.isArray(set.keys)) {
    throw new Error('a key file is not a JWK set');
  }
  return set.keys as PublicJwk[];
}

/** Formats a report for the terminal. */
function describeReport(report: AuditReport): string {
  const { ok, findings, account, segments, events, first, head, lost, erased } = report;
  const lines = findings.map(({ line, kind, message }) => `line ${line}: ${kind}: ${message}`);
  lines.push(`${ok ? 'intact' : 'WRONG'}: ${events} events in ${segments} segments of ${account ?? 'no account'}`);
  if (first !== undefined && first > 1) lines.push(`begins with segment ${first}`);
  if (lost > 0) lines.push(`up to ${lost} events were lost before they could be sealed`);
  if (erased > 0) lines.push(`${erased} events without address and user agent, erased with their users`);
  if (ok && head)
    lines.push(`exported ${new Date(head.at).toISOString()}; next time: --known ${head.number}:${head.hash}`);
  return lines.join('\n');
}

/** Runs the command. Returns its exit code. */
export async function runAudit(args: string[], print: (text: string) => void): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        keys: { type: 'string', multiple: true, default: [] },
        account: { type: 'string' },
        known: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [verb, file] = positionals;
    const known = /^(\d{1,15}):([\w-]{43})$/.exec(values.known ?? '');
    const unusable = positionals.length !== 2 || values.keys.length === 0 || (values.known !== undefined && !known);
    if (verb !== 'verify' || file === undefined || unusable) {
      print(USAGE);
      return 2;
    }
    const report = await verifyAuditFile(file, values.keys, {
      ...omitUndefined({ account: values.account }),
      ...(known && { known: { number: Number(known[1]), hash: known[2] ?? '' } }),
    });
    print(values.json ? JSON.stringify(report) : describeReport(report));
    return report.ok ? 0 : 1;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 2;
  }
}
