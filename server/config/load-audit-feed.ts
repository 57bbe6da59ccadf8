import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { FeedTarget } from './parse.ts';
import type { Environment } from './read-secret-files.ts';

interface AuditFeedConfig {
  readonly target: FeedTarget;
  readonly tls: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

interface Values {
  COUNTERSIGN_AUDIT_FEED?: FeedTarget | undefined;
  COUNTERSIGN_AUDIT_FEED_TLS_CA?: string | undefined;
  COUNTERSIGN_AUDIT_FEED_TLS_CERT?: string | undefined;
  COUNTERSIGN_AUDIT_FEED_TLS_KEY?: string | undefined;
}

const TLS_VARIABLES = [
  'COUNTERSIGN_AUDIT_FEED_TLS_CA',
  'COUNTERSIGN_AUDIT_FEED_TLS_CERT',
  'COUNTERSIGN_AUDIT_FEED_TLS_KEY',
] as const satisfies readonly (keyof Values)[];

/** Certificates without a receiver that uses them. */
export function* feedProblems(env: Environment, { COUNTERSIGN_AUDIT_FEED: target }: Values) {
  if (env.COUNTERSIGN_AUDIT_FEED && !target) return;
  if (target?.kind === 'syslog' && target.isTls) return;
  const problem = 'goes with syslog+tls:// in COUNTERSIGN_AUDIT_FEED only';
  for (const name of TLS_VARIABLES) if (env[name]) yield { name, problem };
}

export function feedOf(values: Values): AuditFeedConfig | undefined {
  const { COUNTERSIGN_AUDIT_FEED: target } = values;
  if (!target) return undefined;
  const tls = omitUndefined({
    caFile: values.COUNTERSIGN_AUDIT_FEED_TLS_CA,
    certFile: values.COUNTERSIGN_AUDIT_FEED_TLS_CERT,
    keyFile: values.COUNTERSIGN_AUDIT_FEED_TLS_KEY,
  });
  return Object.freeze({ target: Object.freeze(target), tls: Object.freeze(tls) });
}
