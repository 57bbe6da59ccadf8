import { type Access, type Address, createProbe } from './connect.ts';

const UNKNOWN_AUTHORITY =
  'its certificate is from an unknown authority: name the authority in COUNTERSIGN_STORE_TLS_CA';
const WRONG_TLS = 'this port may not speak TLS, or not this version of it: redis:// is without, rediss:// with TLS';
const WANTS_CERTIFICATE =
  'it wants a certificate of the client: name one in COUNTERSIGN_STORE_TLS_CERT and COUNTERSIGN_STORE_TLS_KEY';

/** Codes of Node and OpenSSL, and what an operator can do about them. */
const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused: is it running, and is the port right?',
  ENOENT: 'there is no such socket: is it running, and is the path right?',
  EACCES: 'this user may not connect to the socket',
  ENOTFOUND: 'the host name is not in DNS',
  EAI_AGAIN: 'DNS does not respond',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: is the clock right?',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name: connect by that name, or set COUNTERSIGN_STORE_TLS_NAME',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  ERR_SSL_WRONG_VERSION_NUMBER: WRONG_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: WRONG_TLS,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: WRONG_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: WANTS_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: WANTS_CERTIFICATE,
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': WANTS_CERTIFICATE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know the authority of COUNTERSIGN_STORE_TLS_CERT',
};

/** Beginnings of what Redis, Sentinel and the client say. */
const BY_MESSAGE: readonly (readonly [pattern: RegExp, explanation: string])[] = [
  [/WRONGPASS|^ERR invalid password/, 'user or password is wrong'],
  [/NOAUTH/, 'it wants a password'],
  [/AUTH <password> called without any password configured/, 'it has no password, and one is configured'],
  [/cluster support disabled/, 'it is not in a Cluster: use redis:// or rediss://'],
  [/^(MOVED|ASK) /, 'it is in a Cluster: use redis+cluster:// or rediss+cluster://'],
  [/ETIMEDOUT|timed out|Socket timeout/, 'it does not respond: is a firewall in between, and does the port speak TLS?'],
];

const CLOSED_PLAIN = 'it closed the connection: does the port want TLS (rediss://)?';
const CLOSED_TLS = `it closed the connection: ${WRONG_TLS}; or ${WANTS_CERTIFICATE}`;

/** Why a connection failed, in words that name what to change. Without secrets. */
export function explainFailure(error: unknown, usesTls: boolean): string {
  const { code = '', message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) };
  const known = BY_CODE[code];
  if (known) return `${known} (${code})`;
  const [, explanation] = BY_MESSAGE.find(([pattern]) => pattern.test(message)) ?? [];
  if (explanation) return explanation;
  if (/ECONNRESET|EPIPE|Connection is closed/.test(message)) return usesTls ? CLOSED_TLS : CLOSED_PLAIN;
  // A server that does not know AUTH quotes the password.
  return message.replace(/, with args beginning with: .*/s, '');
}

/** True for an error of the network. A server's reply comes with the command, and so with the password of `AUTH`. */
export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

/**
 * Explains why a store could not be reached. The client reports no cause for Sentinels and for nodes of a Cluster, so
 * each of them is asked once more.
 */
export async function explainUnreachable(
  address: Address,
  answerTimeoutMs: number,
  access: Access,
  error: unknown,
): Promise<string> {
  const { kind, nodes, path, tls } = address;
  const [first] = nodes;
  if (kind === 'standalone') return `${path ?? describeNode(first)}: ${explainFailure(error, tls)}`;
  const found = await Promise.all(nodes.map((node) => ask(address, answerTimeoutMs, access, node)));
  const primary = found.find((one) => one.primary !== undefined)?.primary;
  if (primary !== undefined) return `the primary ${primary}, which Sentinel names: ${explainFailure(error, tls)}`;
  const problems = found.flatMap(({ problem }) => problem ?? []);
  return problems.length > 0 ? problems.join('; ') : explainFailure(lastNodeError(error), tls);
}

interface Finding {
  readonly problem?: string;
  /** `host:port`, from a Sentinel that knows it. */
  readonly primary?: string;
}

async function ask(
  address: Address,
  answerTimeoutMs: number,
  access: Access,
  node: Address['nodes'][number],
): Promise<Finding> {
  const redis = createProbe(address, answerTimeoutMs, access, node);
  let firstError: unknown;
  // The first says why; after it the connection is closed.
  redis.on('error', (error) => {
    firstError ??= error;
  });
  try {
    await redis.connect();
    if (address.kind === 'cluster') {
      await redis.cluster('INFO');
      return {};
    }
    const primary = await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', address.master ?? '');
    if (Array.isArray(primary)) return { primary: primary.join(':') };
    return { problem: `Sentinel ${describeNode(node)}: it knows no primary named "${address.master}"` };
  } catch (error) {
    const explanation = explainFailure(firstError ?? error, address.tls);
    if (address.kind === 'cluster') return { problem: `${describeNode(node)}: ${explanation}` };
    const setting = /password/.test(explanation) ? ': set COUNTERSIGN_STORE_SENTINEL_PASSWORD' : '';
    return { problem: `Sentinel ${describeNode(node)}: ${explanation}${setting}` };
  } finally {
    redis.disconnect();
  }
}

function lastNodeError(error: unknown): unknown {
  return error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : error;
}

function describeNode(node: Address['nodes'][number] | undefined): string {
  if (!node) return '';
  return node.host.includes(':') ? `[${node.host}]:${node.port}` : `${node.host}:${node.port}`;
}

/** Not a failure of Redis. */
export function isCallersBug(error: unknown): boolean {
  return error instanceof RangeError || error instanceof TypeError;
}
