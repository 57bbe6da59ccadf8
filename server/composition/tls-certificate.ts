import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Logger } from '../http/log.ts';
import type { TlsCertificate, TlsPair } from '../http/tls-server.ts';
import { DAY_MS, SECOND_MS } from '../kernel/time.ts';
import type { CertificateState } from '../operations/maintenance/judge-certificate.ts';
import { readServedFiles } from './read-tls-files.ts';

/** Read instead of watched: a link to another folder, as of certbot and Kubernetes, changes without an event. */
const CHECK_MS = 10 * SECOND_MS;

/** Authorities that issue for 90 days renew a month before, those for a week two days before. */
const WARNING_MS = 2 * DAY_MS;

interface Options {
  readonly certFile: string;
  readonly keyFile: string;
  /** The public URL, whose host the certificate should name. */
  readonly url: string;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly now: () => number;
  /** Default: ten seconds. */
  readonly checkMs?: number;
}

export interface ServedCertificate extends TlsCertificate {
  state(): CertificateState;
  stop(): void;
}

interface DatedPair extends TlsPair {
  readonly certificate: X509Certificate;
  readonly startsAt: number;
  readonly expiresAt: number;
}

/**
 * The certificate of the two files, read again when they change. A pair that cannot be used leaves the one before in use.
 *
 * @throws ConfigError if the first pair cannot be used
 */
export async function serveCertificate(options: Options): Promise<ServedCertificate> {
  const { log, now, checkMs = CHECK_MS } = options;
  let current = await readPair(options);
  describe(current, options);
  const listeners = new Set<(pair: TlsPair) => void>();
  // Of the last check. The two files are not replaced at once, so that only a second failure is reported.
  let refused: string | undefined;
  let reported: string | undefined;

  const adopt = (pair: DatedPair) => {
    if (pair.expiresAt <= now() && current.expiresAt > now()) throw new Error('the new certificate has expired');
    current = pair;
    for (const listener of listeners) listener(pair);
    log.info({ expiresAt: new Date(pair.expiresAt).toISOString() }, 'serving a new certificate');
    describe(pair, options);
  };
  const check = async () => {
    try {
      const pair = await readPair(options);
      if (!isSame(pair, current)) adopt(pair);
      refused = undefined;
      reported = undefined;
    } catch (error) {
      const problem = String(error);
      if (problem === refused && problem !== reported) {
        log.error({ err: error }, 'the new certificate cannot be used: the one before is still served');
        reported = problem;
      }
      refused = problem;
    }
  };
  let isChecking = false;
  const checks = setInterval(() => {
    if (isChecking) return;
    isChecking = true;
    void check().finally(() => {
      isChecking = false;
    });
  }, checkMs);
  checks.unref();
  return {
    get pair() {
      return current;
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    state: () => ({
      startsAt: current.startsAt,
      expiresAt: current.expiresAt,
      isRenewalRefused: reported !== undefined,
    }),
    stop: () => clearInterval(checks),
  };
}

async function readPair(files: Pick<Options, 'certFile' | 'keyFile'>): Promise<DatedPair> {
  const pair = await readServedFiles(files);
  const certificate = new X509Certificate(pair.cert);
  const [startsAt, expiresAt] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return { ...pair, certificate, startsAt, expiresAt };
}

function isSame(one: TlsPair, other: TlsPair): boolean {
  return one.cert.equals(other.cert) && one.key.equals(other.key);
}

/** What its clients will refuse, or soon. */
function describe({ certificate, startsAt, expiresAt }: DatedPair, { url, log, now, certFile }: Options): void {
  const details = { file: certFile, expiresAt: new Date(expiresAt).toISOString() };
  const hostname = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (expiresAt <= now()) log.error(details, 'the certificate has expired: browsers and backends refuse it');
  else if (expiresAt - now() <= WARNING_MS) log.warn(details, 'the certificate expires soon');
  if (startsAt > now()) log.error(details, 'the certificate is not valid yet');
  if (!(isIP(hostname) ? certificate.checkIP(hostname) : certificate.checkHost(hostname))) {
    log.warn({ ...details, hostname }, 'the certificate does not name the host of COUNTERSIGN_URL');
  }
}
