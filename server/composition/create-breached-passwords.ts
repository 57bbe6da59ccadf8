import type { Config } from '../config/load-config.ts';
import type { Logger } from '../http/log.ts';
import { type BreachedPasswords, LookupsCrowded } from '../kernel/ports/breached-passwords.ts';
import { falsePositiveRate } from '../platform/breached-passwords/filter-format.ts';
import { openFilter } from '../platform/breached-passwords/open-filter.ts';
import { askRangeService } from '../platform/breached-passwords/range-service.ts';

/** Under an outage every choice of a password fails to be looked up; the log says so this often. */
const WARNING_EVERY_MS = 60_000;

interface Watch {
  observe: (source: BreachedPasswords) => BreachedPasswords;
  monotonicMs?: () => number;
}

/**
 * Opens the configured list of breached passwords; undefined if there is none.
 *
 * @throws FilterUnusable
 */
export async function createBreachedPasswords(
  { breachedPasswords }: Pick<Config, 'breachedPasswords'>,
  log: Logger,
  { observe, monotonicMs = () => performance.now() }: Watch,
): Promise<BreachedPasswords | undefined> {
  if (!breachedPasswords) return undefined;
  const { file, url = '', onFailure } = breachedPasswords;
  const observed = observe(file === undefined ? askRangeService({ url }) : await openList(file, log));
  return onFailure === 'refuse' ? observed : allowOnFailure(observed, log, monotonicMs);
}

async function openList(path: string, log: Logger): Promise<BreachedPasswords> {
  const { header, has } = await openFilter(path);
  const { kind, count, sourceDate } = header;
  log.info({ file: path, kind, count, sourceDate, falsePositives: falsePositiveRate(header) }, 'breached passwords');
  return { isListed: has };
}

/** The bundled list of common passwords still refuses the worst while this one cannot be asked. */
function allowOnFailure(source: BreachedPasswords, log: Logger, monotonicMs: () => number): BreachedPasswords {
  let warnedAtMs = Number.NEGATIVE_INFINITY;
  return {
    async isListed(password) {
      try {
        return await source.isListed(password);
      } catch (error) {
        if (error instanceof LookupsCrowded) throw error;
        if (monotonicMs() - warnedAtMs >= WARNING_EVERY_MS) {
          warnedAtMs = monotonicMs();
          const reason = error instanceof Error ? error.message : 'unknown';
          log.warn({ reason }, 'breached passwords cannot be looked up: passwords are accepted without it');
        }
        return false;
      }
    },
  };
}
