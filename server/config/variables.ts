import { RESULT_ALGORITHMS } from '@countersign/protocol/result';
import { ADMINISTRATOR_FACTORS } from '@countersign/protocol/session';
import { z } from 'zod';
import { parseRange } from '../kernel/addresses.ts';
import { PROOF_MODES } from '../kernel/proof-mode.ts';
import { FREE_PASSWORD_FAILURES } from '../passwords/password-backoff.ts';
import { SIGN_IN_START_LIMITS } from '../sign-in/start/admit-start.ts';
import { DEFAULT_CODE_LIMITS } from '../tokens/kinds/sent/code-limits.ts';
import { LISTENER_VARIABLES } from './listener-variables.ts';
import {
  parseArchive,
  parseChannels,
  parseContact,
  parseFeedTarget,
  parsePublicUrl,
  parseRelatedOrigins,
  parseRpId,
  parseSecureUrl,
  parseSender,
  parseSmtpUrl,
} from './parse.ts';
import { flag, integer, oneOf, parsed, path, secretLine, type Variable, whole } from './schemas.ts';
import { Secret } from './secret.ts';
import { STORE_VARIABLES } from './store-variables.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const signingSecret = parsed(parseSigningSecret, 'must be whsec_ and 24 to 64 bytes in base64');
const addressRanges = parsed(parseRanges, 'must be a list of addresses or CIDR ranges');

/** Every variable. The documentation is generated from this table, and an unknown variable is reported. */
export const VARIABLES = {
  COUNTERSIGN_URL: {
    meaning: 'Public base URL and issuer of results: an origin without a path, `https` except on loopback.',
    otherwise: '`http://localhost:<port>` when listening on loopback, else required',
    schema: parsed(parsePublicUrl, 'must be an https origin without a path (http only on loopback)').optional(),
  },
  COUNTERSIGN_RP_ID: {
    meaning:
      'Domain of passkeys: the host name of COUNTERSIGN_URL, a domain above it, or one with COUNTERSIGN_RELATED_ORIGINS. A change makes every passkey useless.',
    otherwise: 'host name of COUNTERSIGN_URL',
    schema: parsed(parseRpId, 'must be a host name in lower case, such as example.com').optional(),
  },
  COUNTERSIGN_RELATED_ORIGINS: {
    meaning:
      'Further `https` origins of this service that share its widget and passkeys, comma-separated, of at most 5 names such as `example` in `example.co.uk`. Published at `/.well-known/webauthn`.',
    otherwise: 'none, and no such file',
    schema: parsed(
      parseRelatedOrigins,
      'must be different https origins without a path, of at most 5 names',
    ).optional(),
  },
  ...LISTENER_VARIABLES,
  COUNTERSIGN_WORKERS: {
    meaning:
      'Processes that serve this address, 1 to 64, or `auto`: one for each core, or whole one in the CPU quota of the container. More than 1 needs Redis.',
    otherwise: '`1`',
    schema: z.union([z.literal('auto'), integer(1, 64)], 'must be auto or a whole number from 1 to 64').default(1),
  },
  COUNTERSIGN_DATA: {
    meaning: 'Folder for the embedded store and the key file.',
    otherwise: '`./data`; for the demo `./demo-data`',
    schema: path.default('./data'),
  },
  ...STORE_VARIABLES,
  COUNTERSIGN_MASTER_KEY: {
    meaning: 'Encrypts all secrets: 32 random bytes in base64 or hex. Excludes the key file.',
    otherwise: 'the key file',
    schema: z
      .string()
      .transform((text) => new Secret(text))
      .optional(),
  },
  COUNTERSIGN_MASTER_KEY_FILE: {
    meaning: 'File with the master key, readable by its owner only (mode 0600 or 0400).',
    otherwise: '`master.key` in the data folder',
    schema: path.optional(),
    excludes: 'COUNTERSIGN_MASTER_KEY',
  },
  COUNTERSIGN_MASTER_KEY_FILE_GROUP: {
    meaning:
      '`true`: the group of the key file may read it too (mode 0440 or 0640), such as `fsGroup` in Kubernetes. Every member of the group then has the master key.',
    otherwise: '`false`',
    schema: flag,
  },
  COUNTERSIGN_OLD_MASTER_KEYS: {
    meaning:
      'Earlier master keys, comma-separated, while the key is rotated. Goes with COUNTERSIGN_MASTER_KEY, or with a mounted COUNTERSIGN_MASTER_KEY_FILE; a key file that the service can write lists them on further lines.',
    otherwise: 'none',
    isSecret: true,
    schema: z
      .string()
      .transform((text) => text.split(',').map((one) => new Secret(one.trim())))
      .optional(),
  },
  COUNTERSIGN_SECURITY_CONTACT: {
    meaning:
      'Who takes reports of vulnerabilities: an email address or an `https` URL. Published at `/.well-known/security.txt`.',
    otherwise: 'no such file',
    schema: parsed(parseContact, 'must be an email address or an https URL').optional(),
  },
  COUNTERSIGN_TRUSTED_PROXIES: {
    meaning: 'Addresses or CIDR ranges of the reverse proxies, comma-separated.',
    otherwise: 'none',
    schema: addressRanges.default([]),
  },
  COUNTERSIGN_FORWARDED_HEADER: {
    meaning: 'Header in which they name the client: `x-forwarded-for` or `forwarded` (RFC 7239).',
    otherwise: '`x-forwarded-for`',
    schema: oneOf(['x-forwarded-for', 'forwarded'], 'x-forwarded-for'),
  },
  COUNTERSIGN_GEO_DATABASE: {
    meaning: 'Country database in MaxMind format for geo filters.',
    otherwise: 'public-domain data that comes with the service',
    schema: path.optional(),
  },
  COUNTERSIGN_SIGNING_ALGORITHM: {
    meaning: 'Algorithm of new signing keys: `ES256` or `EdDSA` (Ed25519).',
    otherwise: '`ES256`',
    schema: oneOf(RESULT_ALGORITHMS, 'ES256'),
  },
  COUNTERSIGN_PLANS: {
    meaning: 'File with the service plans, in JSON.',
    otherwise: 'a free plan without limits, and two examples',
    schema: path.optional(),
  },
  COUNTERSIGN_TEXTS_DIR: {
    meaning: 'Folder with [your own texts](texts.md) for widget, hosted pages and messages.',
    otherwise: 'none',
    schema: path.optional(),
  },
  COUNTERSIGN_PAYMENT_SECRET: {
    meaning: 'Key that signs messages to `/v1/payments`: `whsec_` and at least 24 bytes in base64.',
    otherwise: 'no such route',
    isSecret: true,
    schema: signingSecret.optional(),
  },
  COUNTERSIGN_ARGON2_MEMORY_KIB: {
    meaning: 'Memory of a password hash in KiB, 19456 to 262144. Older hashes are renewed at sign-in.',
    otherwise: '`19456`',
    schema: whole(19_456, 262_144, 19_456),
  },
  COUNTERSIGN_ARGON2_ITERATIONS: {
    meaning: 'Passes of a password hash, 2 to 16.',
    otherwise: '`2`',
    schema: whole(2, 16, 2),
  },
  COUNTERSIGN_HASH_CONCURRENCY: {
    meaning: 'Passwords hashed at once, in all workers together, 1 to 256. More than the cores only slows each down.',
    otherwise: 'the cores, or the whole ones in the CPU quota of the container',
    schema: integer(1, 256).optional(),
  },
  COUNTERSIGN_BREACHED_PASSWORDS_FILE: {
    meaning:
      'Filter of breached passwords, built by `countersign breached-passwords build`. None of them can be chosen.',
    otherwise: 'none',
    schema: path.optional(),
  },
  COUNTERSIGN_BREACHED_PASSWORDS_URL: {
    meaning:
      'Instead of the file: a service with the range API of Pwned Passwords, such as `https://api.pwnedpasswords.com/range`. It gets 5 digits of the SHA-1 hash.',
    otherwise: 'none',
    schema: parsed(parseSecureUrl, 'must be an https URL without credentials (http only on loopback)').optional(),
    excludes: 'COUNTERSIGN_BREACHED_PASSWORDS_FILE',
  },
  COUNTERSIGN_BREACHED_PASSWORDS_ON_FAILURE: {
    meaning:
      'When a lookup fails: `allow` accepts the password, with a warning in the log; `refuse` responds with 503.',
    otherwise: '`allow`',
    schema: oneOf(['allow', 'refuse'], 'allow'),
  },
  COUNTERSIGN_EVENTS_KEPT_DAYS: {
    meaning: 'Days that sealed events are kept, 1 to 36500.',
    otherwise: '`365`',
    schema: whole(1, 36_500, 365),
  },
  COUNTERSIGN_EVENTS_KEPT: {
    meaning:
      'Sealed events kept for each account at most, 1000 to 999999999, also if they are younger than that. A million takes 0.6 to 1.1 GB of archive or store.',
    otherwise: 'with an archive no limit, otherwise `1000000`',
    schema: integer(1000, 999_999_999).optional(),
  },
  COUNTERSIGN_AUDIT_ARCHIVE: {
    meaning:
      'Where sealed events move from the store: the absolute path of a folder that all processes share, or the `https` URL of a bucket with S3 API, with an optional prefix. `none`: they stay in the store.',
    otherwise: '`audit-archive` in the data folder; with Redis `none`',
    schema: parsed(
      parseArchive,
      'must be the absolute path of a folder, an https URL without credentials (http only on loopback) or none',
    ).optional(),
  },
  COUNTERSIGN_AUDIT_ARCHIVE_REGION: {
    meaning: 'Region of the bucket.',
    otherwise: 'from the host name, else `us-east-1`',
    schema: z
      .string()
      .regex(/^[a-z\d-]{1,50}$/, 'must be a region such as eu-central-1')
      .optional(),
  },
  COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID: {
    meaning: 'Id of the access key of the bucket.',
    otherwise: 'required with a bucket',
    schema: z
      .string()
      .regex(/^[\w.+=-]{1,200}$/, 'must be the id of an access key')
      .optional(),
  },
  COUNTERSIGN_AUDIT_ARCHIVE_SECRET: {
    meaning: 'The secret of that key. Never logged.',
    otherwise: 'required with a bucket',
    isSecret: true,
    schema: secretLine.optional(),
  },
  COUNTERSIGN_AUDIT_FEED: {
    meaning:
      'Receiver of every event of all accounts: `stdout:`, `file:///path`, `syslog+tls://host:port` or `syslog+tcp://host:port`.',
    otherwise: 'no feed',
    schema: parsed(
      parseFeedTarget,
      'must be stdout:, file:// and an absolute path, or syslog+tls:// or syslog+tcp:// with host and port',
    ).optional(),
  },
  COUNTERSIGN_AUDIT_FEED_TLS_CA: {
    meaning: 'File with the authorities (PEM) that sign the certificate of the receiver. Excludes all others.',
    otherwise: 'those of Node',
    schema: path.optional(),
  },
  COUNTERSIGN_AUDIT_FEED_TLS_CERT: {
    meaning: 'File with the certificate (PEM) that the service shows to the receiver.',
    otherwise: 'none',
    schema: path.optional(),
    needs: 'COUNTERSIGN_AUDIT_FEED_TLS_KEY',
  },
  COUNTERSIGN_AUDIT_FEED_TLS_KEY: {
    meaning: 'File with the key of that certificate (PEM).',
    otherwise: 'required with COUNTERSIGN_AUDIT_FEED_TLS_CERT',
    schema: path.optional(),
    needs: 'COUNTERSIGN_AUDIT_FEED_TLS_CERT',
  },
  COUNTERSIGN_STATISTICS_KEPT_DAYS: {
    meaning: 'Days that statistics are kept, 1 to 36500.',
    otherwise: '`800`',
    schema: whole(1, 36_500, 800),
  },
  COUNTERSIGN_SMTP_URL: {
    meaning:
      'Mail server: `smtps://user:password@host:465` (TLS) or `smtp://user:password@host:587` (STARTTLS required). Percent-encode special characters. Never logged.',
    otherwise: 'no mail: 503 where a message is needed',
    isSecret: true,
    schema: parsed(
      (text) => (parseSmtpUrl(text) ? new Secret(text) : undefined),
      'must be an smtps:// or smtp:// URL with host, and user and password or neither',
    ).optional(),
    needs: 'COUNTERSIGN_MAIL_FROM',
  },
  COUNTERSIGN_SMTP_ALLOW_PLAINTEXT: {
    meaning: 'Send without TLS beyond loopback. Eavesdroppers can read links and the mail password.',
    otherwise: '`false`',
    schema: flag,
  },
  COUNTERSIGN_MAIL_FROM: {
    meaning: 'Sender: `auth@example.com` or `Example sign-in <auth@example.com>`.',
    otherwise: 'required with COUNTERSIGN_SMTP_URL',
    schema: parsed(parseSender, 'must be an address, or a name and an address in <>').optional(),
  },
  COUNTERSIGN_SMS_GATEWAY: {
    meaning: 'File that describes the SMS gateway, in JSON.',
    otherwise: 'no SMS',
    schema: path.optional(),
  },
  COUNTERSIGN_SMS_SECRET: {
    meaning: 'Secret of the SMS gateway: `{secret}` in its file. Never logged.',
    otherwise: 'none',
    isSecret: true,
    schema: secretLine.optional(),
    needs: 'COUNTERSIGN_SMS_GATEWAY',
  },
  COUNTERSIGN_CODE_COURIER_URL: {
    meaning: 'Your own program that delivers codes instead: `https`, or `http` on loopback.',
    otherwise: 'none',
    schema: parsed(parseSecureUrl, 'must be an https URL without credentials (http only on loopback)').optional(),
    needs: 'COUNTERSIGN_CODE_COURIER_SECRET',
  },
  COUNTERSIGN_CODE_COURIER_SECRET: {
    meaning: 'Key that signs what it gets: `whsec_` and at least 24 bytes in base64.',
    otherwise: 'required with COUNTERSIGN_CODE_COURIER_URL',
    isSecret: true,
    schema: signingSecret.optional(),
  },
  COUNTERSIGN_CODE_COURIER_CHANNELS: {
    meaning: 'Codes that it delivers: `sms`, `email` or `sms,email`.',
    otherwise: '`sms`',
    schema: parsed(parseChannels, 'must be sms, email or sms,email').default(['sms']),
  },
  COUNTERSIGN_STARTS_PER_ADDRESS: {
    meaning: 'Sign-ins that may start in a minute from an IPv4 address or IPv6 /64, 10 to 100000.',
    otherwise: '`600`',
    schema: whole(10, 100_000, SIGN_IN_START_LIMITS.perAddress),
  },
  COUNTERSIGN_STARTS_PER_NETWORK: {
    meaning: 'The same from an IPv4 /24 or IPv6 /48, 10 to 1000000.',
    otherwise: '`6000`',
    schema: whole(10, 1_000_000, SIGN_IN_START_LIMITS.perNetwork),
  },
  COUNTERSIGN_STARTS_PER_SECOND: {
    meaning: 'Sign-ins that may start in a second in each process, 10 to 2000.',
    otherwise: '`500`',
    schema: whole(10, 2000, SIGN_IN_START_LIMITS.perSecond),
  },
  COUNTERSIGN_ADMIN_FACTORS: {
    meaning:
      'What administrators of every account sign in with, beside their password: `any` second factor, or only a `passkey`. Administrators without one then need `countersign admin recover`; `countersign doctor` names them. The same in all processes.',
    otherwise: '`any`',
    schema: oneOf(ADMINISTRATOR_FACTORS, 'any'),
  },
  COUNTERSIGN_FREE_PASSWORD_FAILURES: {
    meaning:
      'Wrong passwords in a row, 1 to 10, before the next try has to wait: 1 s, then twice as long each time, up to 60 s.',
    otherwise: '`5`',
    schema: whole(1, 10, FREE_PASSWORD_FAILURES),
  },
  COUNTERSIGN_PROOF_OF_WORK: {
    meaning:
      'When the widget and the reset page solve a puzzle before names, resets and sent codes: `auto` while a resource or an address is under attack, `always` or `off`.',
    otherwise: '`auto`',
    schema: oneOf(PROOF_MODES, 'auto'),
  },
  COUNTERSIGN_CODES_PER_ADDRESS: {
    meaning: 'Codes from an account to an address in 15 minutes, 1 to 100.',
    otherwise: '`5`',
    schema: whole(1, 100, DEFAULT_CODE_LIMITS.perAddress),
  },
  COUNTERSIGN_CODES_PER_ADDRESS_AND_DAY: {
    meaning: 'The same in a day, 1 to 1000.',
    otherwise: '`10`',
    schema: whole(1, 1000, DEFAULT_CODE_LIMITS.perAddressAndDay),
  },
  COUNTERSIGN_CODES_PER_ACCOUNT_AND_HOUR: {
    meaning: 'Codes of an account in an hour, 1 to 1000000.',
    otherwise: '`1000`',
    schema: whole(1, 1_000_000, DEFAULT_CODE_LIMITS.perAccountAndHour),
  },
  COUNTERSIGN_CODES_PER_HOUR: {
    meaning: 'Codes of the server in an hour, 1 to 10000000.',
    otherwise: '`5000`',
    schema: whole(1, 10_000_000, DEFAULT_CODE_LIMITS.perHour),
  },
  COUNTERSIGN_CODES_RESERVED_PER_ACCOUNT: {
    meaning: 'Codes that each account can send in an hour even beyond that, 1 to 1000000.',
    otherwise: 'a fiftieth of COUNTERSIGN_CODES_PER_HOUR, at least 1',
    schema: integer(1, 1_000_000).optional(),
  },
  COUNTERSIGN_WEBHOOK_ALLOW_NETWORKS: {
    meaning: 'Internal addresses or CIDR ranges that webhooks and hooks may reach, comma-separated.',
    otherwise: 'none',
    schema: addressRanges.default([]),
  },
  COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK: {
    meaning: 'For development: webhooks and hooks may reach this machine, without TLS.',
    otherwise: '`false`',
    schema: flag,
  },
  COUNTERSIGN_LOG_LEVEL: {
    meaning: `The least severe lines that are logged: ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}.`,
    otherwise: '`info`',
    schema: oneOf(LOG_LEVELS, 'info'),
  },
  COUNTERSIGN_DRAIN_MS: {
    meaning:
      "After SIGTERM: how long to serve while readiness fails. A little more than your load balancer's interval.",
    otherwise: '`1000`',
    schema: whole(0, 300_000, 1000),
  },
  COUNTERSIGN_SHUTDOWN_MS: {
    meaning: 'After SIGTERM: when to end, whatever is in flight.',
    otherwise: '`20000`',
    schema: whole(0, 600_000, 20_000),
  },
} as const satisfies Record<string, Variable>;

function parseRanges(text: string): string[] | undefined {
  const ranges: string[] = [];
  for (const part of text.split(',')) {
    const range = parseRange(part.trim());
    if (range === undefined) return undefined;
    ranges.push(range);
  }
  return ranges;
}

/** `whsec_` and base64, as in Standard Webhooks. */
function parseSigningSecret(text: string): Secret | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined) return undefined;
  const { length } = Buffer.from(base64, 'base64');
  return length >= 24 && length <= 64 ? new Secret(base64) : undefined;
}
