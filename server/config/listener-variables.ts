import { parseListen } from './parse.ts';
import { parsed, path, type Variable } from './schemas.ts';

const hostAndPort = parsed(parseListen, 'must be host:port');

/** The variables of where and how the service is reached. */
export const LISTENER_VARIABLES = {
  COUNTERSIGN_LISTEN: {
    meaning: 'Address and port: `host:port`, IPv6 in brackets. Port 0 takes a free one.',
    otherwise: '`127.0.0.1:8080`',
    schema: hostAndPort.default({ host: '127.0.0.1', port: 8080 }),
  },
  COUNTERSIGN_ADMIN_LISTEN: {
    meaning:
      'Address and port of a second listener that alone has the console and the administration. COUNTERSIGN_LISTEN then has only what signs users in.',
    otherwise: 'none: COUNTERSIGN_LISTEN has everything',
    schema: hostAndPort.optional(),
  },
  COUNTERSIGN_TLS_CERT_FILE: {
    meaning:
      'File with a certificate and its chain (PEM): COUNTERSIGN_LISTEN then serves HTTPS alone, over HTTP/1.1 and HTTP/2, and so does COUNTERSIGN_ADMIN_LISTEN unless it is on loopback. A changed file counts within ten seconds.',
    otherwise: 'plain HTTP',
    schema: path.optional(),
    needs: 'COUNTERSIGN_TLS_KEY_FILE',
  },
  COUNTERSIGN_TLS_KEY_FILE: {
    meaning:
      'File with the key of that certificate (PEM), with mode 0600 or 0400; one that root owns may be readable by its group.',
    otherwise: 'required with COUNTERSIGN_TLS_CERT_FILE',
    schema: path.optional(),
    needs: 'COUNTERSIGN_TLS_CERT_FILE',
  },
  COUNTERSIGN_METRICS_LISTEN: {
    meaning:
      'Address and port of `/metrics` for Prometheus: `host:port`. Nothing protects it, so keep it on loopback or in a private network.',
    otherwise: 'no metrics',
    schema: hostAndPort.optional(),
  },
} as const satisfies Record<string, Variable>;
