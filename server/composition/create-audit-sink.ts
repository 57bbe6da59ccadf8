import type { Config } from '../config/load-config.ts';
import type { AuditSink } from '../kernel/ports/audit-sink.ts';
import { readTlsFiles } from './read-tls-files.ts';

/**
 * Only the chosen adapter is loaded. A file is opened, so that a wrong path is a failed start; a receiver may be down.
 *
 * @throws the error of the file, or an error that names the variable of a TLS file that cannot be used
 */
export async function createAuditSink({ target, tls }: NonNullable<Config['auditFeed']>): Promise<AuditSink> {
  if (target.kind === 'output') {
    const { createOutputSink } = await import('../platform/audit-sinks/output-sink.ts');
    return createOutputSink();
  }
  if (target.kind === 'file') {
    const { createFileSink } = await import('../platform/audit-sinks/file-sink.ts');
    const sink = createFileSink(target.path);
    await sink.open().catch((error: NodeJS.ErrnoException) => {
      throw new Error(`COUNTERSIGN_AUDIT_FEED: ${target.path} cannot be written: ${error.code}`, { cause: error });
    });
    return sink;
  }
  const { createSyslogSink } = await import('../platform/audit-sinks/syslog-sink.ts');
  const { host, port, isTls } = target;
  const files = isTls ? await readTlsFiles('COUNTERSIGN_AUDIT_FEED_TLS', tls) : undefined;
  return createSyslogSink({ host, port, tls: files });
}
