import { parseArgs } from 'node:util';
import { buildFilter } from '../platform/breached-passwords/build-filter.ts';
import {
  DEFAULT_FALSE_POSITIVE_BITS,
  type FilterHeader,
  falsePositiveRate,
  MAX_FALSE_POSITIVE_BITS,
  MIN_FALSE_POSITIVE_BITS,
} from '../platform/breached-passwords/filter-format.ts';
import { openFilter } from '../platform/breached-passwords/open-filter.ts';

const USAGE = `usage: breached-passwords build --from LIST [--from LIST ...] --out FILE [--min-count N] [--one-in N]
       breached-passwords check FILE

Lists have a line HASH or HASH:count for each password, all with SHA-1 or all with NTLM hashes, plain or gzip.
Exits with 0 when done, 1 if a file cannot be used, and 2 for wrong arguments.`;

/** Bounds of `--one-in`. */
const [MIN_ONE_IN, MAX_ONE_IN] = [2 ** MIN_FALSE_POSITIVE_BITS, 2 ** MAX_FALSE_POSITIVE_BITS];

/** Runs the command. Returns its exit code. */
export async function runBreachedPasswords(
  args: string[],
  print: (text: string) => void,
  warn: (text: string) => void,
): Promise<number> {
  const task = readTask(args);
  if (task === undefined) {
    warn(USAGE);
    return 2;
  }
  try {
    const header = 'check' in task ? await checkFilter(task.check) : await buildFilter(task.build);
    print(task.json ? JSON.stringify({ ...header, falsePositives: falsePositiveRate(header) }) : describe(header));
    return 0;
  } catch (error) {
    warn(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

type Task = { json: boolean } & ({ check: string } | { build: Parameters<typeof buildFilter>[0] });

function readTask(args: string[]): Task | undefined {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: 'string', multiple: true, default: [] },
        out: { type: 'string' },
        'min-count': { type: 'string', default: '1' },
        'one-in': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { from: lists, out, json } = values;
    const [verb, file, ...more] = positionals;
    if (verb === 'check' && file !== undefined && more.length === 0) return { json, check: file };
    const minCount = wholeNumber(values['min-count'], 1, 999_999_999);
    const oneIn =
      values['one-in'] === undefined
        ? 2 ** DEFAULT_FALSE_POSITIVE_BITS
        : wholeNumber(values['one-in'], MIN_ONE_IN, MAX_ONE_IN);
    if (verb !== 'build' || file !== undefined || lists.length === 0 || out === undefined) return undefined;
    if (minCount === undefined || oneIn === undefined) return undefined;
    return { json, build: { lists, out, minCount, falsePositiveBits: Math.ceil(Math.log2(oneIn)) } };
  } catch {
    return undefined;
  }
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

async function checkFilter(path: string): Promise<FilterHeader> {
  const { header, close } = await openFilter(path);
  close();
  return header;
}

function describe(header: FilterHeader): string {
  const { kind, count, minCount, sourceDate, bytes } = header;
  const seen = minCount === 1 ? '' : `, each seen at least ${minCount} times`;
  const rows = [
    `${count === 1 ? '1 hash' : `${count} hashes`} (${kind}) from lists of ${sourceDate}${seen}`,
    `${bytes} bytes, ${(bytes / count).toFixed(2)} for each hash`,
    `takes one in ${Math.floor(1 / falsePositiveRate(header))} other passwords for one of them`,
  ];
  return rows.join('\n');
}
