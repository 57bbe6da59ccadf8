import { type Config, ConfigError } from '../config/load-config.ts';
import type { AuditSink } from '../kernel/ports/audit-sink.ts';
import { readTlsFiles } from './read-tls-files.ts';

/**
 * Only the chosen adapter is loaded. A file is opened, so that a wrong path is a failed start; a receiver may be down.
 *
 * @throws ConfigError naming the variable whose file cannot be used
 * @throws the error of the file, if another start may succeed
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
      if (!isWrongPath(error.code)) throw error;
      const problem = `names a file that cannot be written: ${target.path} (${error.code})`;
      throw new ConfigError([{ name: 'COUNTERSIGN_AUDIT_FEED', problem }]);
    });
    return sink;
  }
  const { createSyslogSink } = await import('../platform/audit-sinks/syslog-sink.ts');
  const { host, port, isTls } = target;
  const files = isTls ? await readTlsFiles('COUNTERSIGN_AUDIT_FEED_TLS', tls) : undefined;
  return createSyslogSink({ host, port, tls: files });
}

const WRONG_PATH = ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'EROFS', 'ELOOP', 'ENAMETOOLONG'];

/** True if a file stays unusable until the setting or the file's owner changes, unlike a full disk. */
export function isWrongPath(code: string | undefined): boolean {
  return code !== undefined && WRONG_PATH.includes(code);
}
