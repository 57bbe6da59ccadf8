import { type Config, ConfigError } from '../config/load-config.ts';
import { plansOf } from '../config/load-plans.ts';
import { loadSmsGateway } from '../config/load-sms-gateway.ts';
import { loadTexts } from '../config/load-texts.ts';
import { readServedFiles, readTlsFiles } from './read-tls-files.ts';

type Files = Pick<Config, 'plansFile' | 'textsFolder' | 'codes' | 'redis' | 'auditFeed' | 'tls'>;

/**
 * Reads the files that the configuration names, before a store is opened, so that an operator learns of all that is
 * wrong at one start.
 *
 * @throws ConfigError with every problem by its variable, if several files have one; the error of the file otherwise
 */
export async function checkFiles(config: Files): Promise<void> {
  const { sms } = config.codes;
  const checks: [variable: string, read: () => unknown][] = [
    ['COUNTERSIGN_PLANS', () => plansOf(config)],
    ['COUNTERSIGN_TEXTS_DIR', () => loadTexts(config)],
    ['COUNTERSIGN_SMS_GATEWAY', () => sms && loadSmsGateway(sms.gatewayFile)],
    ['COUNTERSIGN_TLS_CERT_FILE', () => config.tls && readServedFiles(config.tls)],
    ['COUNTERSIGN_STORE_TLS_CA', () => readTlsFiles('COUNTERSIGN_STORE_TLS', config.redis.tls)],
    ['COUNTERSIGN_AUDIT_FEED_TLS_CA', () => readTlsFiles('COUNTERSIGN_AUDIT_FEED_TLS', config.auditFeed?.tls ?? {})],
  ];
  const failures: { variable: string; error: unknown }[] = [];
  for (const [variable, read] of checks) {
    try {
      await read();
    } catch (error) {
      failures.push({ variable, error });
    }
  }
  const [first] = failures;
  if (failures.length === 1) throw first?.error;
  if (failures.length > 1) throw new ConfigError(failures.flatMap(problemsOf));
}

function problemsOf({ variable, error }: { variable: string; error: unknown }) {
  if (error instanceof ConfigError) return error.problems;
  const message = error instanceof Error ? error.message : String(error);
  return [{ name: variable, problem: `names what cannot be used: ${message.replaceAll('\n', '\n  ')}` }];
}
