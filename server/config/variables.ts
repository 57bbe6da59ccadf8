import { RESULT_ALGORITHMS } from '@countersign/protocol/result';
import { z } from 'zod';
import { parseRange } from '../kernel/addresses.ts';
import { DEFAULT_CODE_LIMITS } from '../tokens/kinds/sent/out-of-band-code.ts';
import {
  parseChannels,
  parseCourierUrl,
  parseListen,
  parsePublicUrl,
  parseRedisUrl,
  parseRpId,
  parseSender,
  parseSmtpUrl,
} from './parse.ts';
import { Secret } from './secret.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

interface Variable {
  /** One sentence for docs/configuration.md. */
  readonly meaning: string;
  /** What holds when the variable is absent, as the documentation says it. */
  readonly otherwise: string;
  /** From the variable's text (undefined when absent or empty) to its value. */
  readonly schema: z.ZodType<unknown, string | undefined>;
}

/** Whole numbers in plain decimal: `1e3`, `0x10` and ` 5` are typing errors. */
function integer(from: number, to: number) {
  return z
    .string()
    .regex(/^(0|[1-9]\d{0,8})$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(from, `must be at least ${from}`).max(to, `must be at most ${to}`));
}

function whole(from: number, to: number, otherwise: number) {
  return integer(from, to).default(otherwise);
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T, otherwise: T[number]) {
  return z.enum(values, `must be one of ${values.join(', ')}`).default(otherwise as never);
}

function parsed<T>(read: (text: string) => T | undefined, message: string) {
  return z.string().transform((text, check) => {
    const value = read(text);
    if (value === undefined) {
      check.addIssue(message);
      return z.NEVER;
    }
    return value;
  });
}

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .transform((text) => text === 'true')
  .default(false);

/** One line that goes into a header: without what would end it. */
const secretLine = z
  .string()
  .regex(/^[\x21-\x7e]{1,1000}$/, 'must be printable ASCII without spaces')
  .transform((text) => new Secret(text));

const path = z.string().refine((text) => !text.includes('\0'), 'must be a path');

/** Every variable there is. The documentation is generated from this table, and a variable not in it is reported. */
export const VARIABLES = {
  COUNTERSIGN_URL: {
    meaning:
      'The public base URL, as browsers see it; also the issuer of results. An origin without a path; `https` except on loopback.',
    otherwise: '`http://localhost:<port>` when listening on loopback, else required',
    schema: parsed(parsePublicUrl, 'must be an https origin without a path (http only on loopback)').optional(),
  },
  COUNTERSIGN_RP_ID: {
    meaning:
      'The domain that passkeys are made for: the host name of COUNTERSIGN_URL, or a domain above it that is yours (`example.com` for `https://auth.example.com`). Changing it later makes every passkey useless.',
    otherwise: 'the host name of COUNTERSIGN_URL',
    schema: parsed(parseRpId, 'must be a host name in lower case, such as example.com').optional(),
  },
  COUNTERSIGN_LISTEN: {
    meaning: 'Address and port to listen on, `host:port`; IPv6 in brackets. Port 0 takes any free one.',
    otherwise: '`127.0.0.1:8080`',
    schema: parsed(parseListen, 'must be host:port').default({ host: '127.0.0.1', port: 8080 }),
  },
  COUNTERSIGN_DATA: {
    meaning: 'Folder for the embedded store and the key file.',
    otherwise: '`./data`; for the demo `./demo-data`',
    schema: path.default('./data'),
  },
  COUNTERSIGN_STORE: {
    meaning:
      '`embedded`, or the URL of Redis or Valkey: `redis://`, `rediss://`, `redis+sentinel://` or `redis+cluster://`. May hold a password; never logged.',
    otherwise: '`embedded`',
    schema: parsed(
      (text) =>
        text === 'embedded'
          ? ({ kind: 'embedded' } as const)
          : parseRedisUrl(text) && ({ kind: 'redis', url: new Secret(text) } as const),
      'must be embedded or a redis://, rediss://, redis+sentinel:// or redis+cluster:// URL',
    ).default({ kind: 'embedded' }),
  },
  COUNTERSIGN_ALLOW_WEAK_DURABILITY: {
    meaning:
      'Start although Redis may lose acknowledged writes (`appendfsync` other than `always`, eviction, replicas or Sentinel). Used codes and failure counters can then come back after a crash or a failover.',
    otherwise: '`false`',
    schema: flag,
  },
  COUNTERSIGN_MASTER_KEY: {
    meaning: 'The key that seals seeds and signing keys: 32 random bytes in base64 or hex. Excludes the key file.',
    otherwise: 'the key file is used',
    schema: z
      .string()
      .transform((text) => new Secret(text))
      .optional(),
  },
  COUNTERSIGN_MASTER_KEY_FILE: {
    meaning: 'File that holds the master key in base64 or hex, readable by its owner alone (mode 0600 or 0400).',
    otherwise: '`master.key` in the data folder',
    schema: path.optional(),
  },
  COUNTERSIGN_OLD_MASTER_KEYS: {
    meaning:
      'While the master key is being changed: the keys before, separated by commas. What they sealed still opens. Goes with COUNTERSIGN_MASTER_KEY; a key file has them on its further lines.',
    otherwise: 'there are none',
    schema: z
      .string()
      .transform((text) => text.split(',').map((one) => new Secret(one.trim())))
      .optional(),
  },
  COUNTERSIGN_TRUSTED_PROXIES: {
    meaning:
      'Addresses or CIDR ranges of the reverse proxies in front, separated by commas. Forwarding headers count from these only.',
    otherwise: 'none: the connection says who the client is',
    schema: parsed(parseRanges, 'must be a list of addresses or CIDR ranges').default([]),
  },
  COUNTERSIGN_FORWARDED_HEADER: {
    meaning: 'The header in which those proxies name the client: `x-forwarded-for` or `forwarded` (RFC 7239).',
    otherwise: '`x-forwarded-for`',
    schema: oneOf(['x-forwarded-for', 'forwarded'], 'x-forwarded-for'),
  },
  COUNTERSIGN_GEO_DATABASE: {
    meaning: 'A country database in MaxMind format (such as GeoLite2 Country) for geo filters.',
    otherwise: 'the public-domain data that comes with the service',
    schema: path.optional(),
  },
  COUNTERSIGN_SIGNING_ALGORITHM: {
    meaning: 'Algorithm of new signing keys: `ES256` or `EdDSA` (Ed25519).',
    otherwise: '`ES256`',
    schema: oneOf(RESULT_ALGORITHMS, 'ES256'),
  },
  COUNTERSIGN_PLANS: {
    meaning: 'File with the service plans on offer, in JSON.',
    otherwise: 'a free plan without limits, and two examples',
    schema: path.optional(),
  },
  COUNTERSIGN_PAYMENT_SECRET: {
    meaning:
      'The key with which your payment service signs what it sends to `/v1/payments`: `whsec_` and at least 24 bytes in base64.',
    otherwise: 'there is no such route',
    schema: parsed(parseSigningSecret, 'must be whsec_ and 24 to 64 bytes in base64').optional(),
  },
  COUNTERSIGN_ARGON2_MEMORY_KIB: {
    meaning: 'Memory of one password hash in KiB, 19456 to 262144. Older hashes are renewed at login.',
    otherwise: '`19456`',
    schema: whole(19_456, 262_144, 19_456),
  },
  COUNTERSIGN_ARGON2_ITERATIONS: {
    meaning: 'Passes of one password hash, 2 to 16.',
    otherwise: '`2`',
    schema: whole(2, 16, 2),
  },
  COUNTERSIGN_EVENTS_KEPT_DAYS: {
    meaning: 'How long sealed events stay, in days, 1 to 36500. Older ones go, a whole segment at a time.',
    otherwise: '`365`',
    schema: whole(1, 36_500, 365),
  },
  COUNTERSIGN_EVENTS_KEPT: {
    meaning:
      'How many sealed events of an account stay at most, 1000 to 999999999; the oldest go first. A million takes about 1.2 GB.',
    otherwise: '`1000000`',
    schema: whole(1000, 999_999_999, 1_000_000),
  },
  COUNTERSIGN_STATISTICS_KEPT_DAYS: {
    meaning: 'How long the counters of a day stay, in days, 1 to 36500.',
    otherwise: '`800`',
    schema: whole(1, 36_500, 800),
  },
  COUNTERSIGN_SMTP_URL: {
    meaning:
      'The mail server that takes messages on: `smtps://user:password@host:465` (TLS from the start) or `smtp://user:password@host:587` (STARTTLS, which is required). Special characters percent-encoded. Never logged.',
    otherwise: 'no mail: whatever needs a message answers 503',
    schema: parsed(
      (text) => (parseSmtpUrl(text) ? new Secret(text) : undefined),
      'must be an smtps:// or smtp:// URL with host, and user and password or neither',
    ).optional(),
  },
  COUNTERSIGN_SMTP_ALLOW_PLAINTEXT: {
    meaning:
      'Send without TLS to a mail server that is not on loopback. Whoever listens in between reads invitations and reset links, and the password of the mail server.',
    otherwise: '`false`',
    schema: flag,
  },
  COUNTERSIGN_MAIL_FROM: {
    meaning: 'From whom messages are: `auth@example.com` or `Example sign-in <auth@example.com>`.',
    otherwise: 'required with COUNTERSIGN_SMTP_URL',
    schema: parsed(parseSender, 'must be an address, or a name and an address in <>').optional(),
  },
  COUNTERSIGN_SMS_GATEWAY: {
    meaning: 'File that says in JSON how your SMS gateway is asked over HTTP: a preset or a request of your own.',
    otherwise: 'no text messages: codes by SMS are refused',
    schema: path.optional(),
  },
  COUNTERSIGN_SMS_SECRET: {
    meaning: 'The password, key or token of the SMS gateway; `{secret}` in its file. Never logged.',
    otherwise: 'COUNTERSIGN_SMS_SECRET_FILE, or none',
    schema: secretLine.optional(),
  },
  COUNTERSIGN_SMS_SECRET_FILE: {
    meaning: 'File that holds it instead, on one line.',
    otherwise: 'COUNTERSIGN_SMS_SECRET, or none',
    schema: path.optional(),
  },
  COUNTERSIGN_CODE_COURIER_URL: {
    meaning:
      'A program of yours that takes codes to people in some other way, such as a chat bot; `https`, or `http` on loopback. Asked in place of the SMS gateway or the mail server.',
    otherwise: 'there is none',
    schema: parsed(parseCourierUrl, 'must be an https URL without credentials (http only on loopback)').optional(),
  },
  COUNTERSIGN_CODE_COURIER_SECRET: {
    meaning: 'The key with which what is sent there is signed: `whsec_` and at least 24 bytes in base64.',
    otherwise: 'required with COUNTERSIGN_CODE_COURIER_URL',
    schema: parsed(parseSigningSecret, 'must be whsec_ and 24 to 64 bytes in base64').optional(),
  },
  COUNTERSIGN_CODE_COURIER_CHANNELS: {
    meaning: 'Which codes go there: `sms`, `email` or `sms,email`.',
    otherwise: '`sms`',
    schema: parsed(parseChannels, 'must be sms, email or sms,email').default(['sms']),
  },
  COUNTERSIGN_CODES_PER_ADDRESS: {
    meaning: 'How many codes an account sends to one number or mailbox in 15 minutes, 1 to 100.',
    otherwise: '`5`',
    schema: whole(1, 100, DEFAULT_CODE_LIMITS.perAddress),
  },
  COUNTERSIGN_CODES_PER_ADDRESS_AND_DAY: {
    meaning: 'How many codes an account sends to one number or mailbox in a day, 1 to 1000.',
    otherwise: '`10`',
    schema: whole(1, 1000, DEFAULT_CODE_LIMITS.perAddressAndDay),
  },
  COUNTERSIGN_CODES_PER_ACCOUNT_AND_HOUR: {
    meaning: 'How many codes are sent for one account in an hour, 1 to 1000000.',
    otherwise: '`1000`',
    schema: whole(1, 1_000_000, DEFAULT_CODE_LIMITS.perAccountAndHour),
  },
  COUNTERSIGN_CODES_PER_HOUR: {
    meaning:
      'How many codes are sent from here in an hour, 1 to 10000000. When they are used up, only those of COUNTERSIGN_CODES_RESERVED_PER_ACCOUNT are sent.',
    otherwise: '`5000`',
    schema: whole(1, 10_000_000, DEFAULT_CODE_LIMITS.perHour),
  },
  COUNTERSIGN_CODES_RESERVED_PER_ACCOUNT: {
    meaning:
      'How many codes each account can send in an hour, whatever the others have sent, 1 to 1000000. A flood costs at most COUNTERSIGN_CODES_PER_HOUR and this for each account.',
    otherwise: 'a fiftieth of COUNTERSIGN_CODES_PER_HOUR, at least 1',
    schema: integer(1, 1_000_000).optional(),
  },
  COUNTERSIGN_WEBHOOK_ALLOW_NETWORKS: {
    meaning:
      'Addresses or CIDR ranges inside your network to which webhooks may be sent on purpose, separated by commas. All others that are not of the open internet are refused.',
    otherwise: 'none',
    schema: parsed(parseRanges, 'must be a list of addresses or CIDR ranges').default([]),
  },
  COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK: {
    meaning: 'For development: webhooks may also go to this machine, and there without TLS.',
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
      'After SIGTERM: how long to go on serving while readiness already fails, so that a load balancer looks elsewhere first. Set it to a little more than its probing interval.',
    otherwise: '`1000`',
    schema: whole(0, 300_000, 1000),
  },
  COUNTERSIGN_SHUTDOWN_MS: {
    meaning: 'After SIGTERM: when to end even with work in flight, counted from the signal.',
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

/** `whsec_` and base64, as Standard Webhooks writes them. */
function parseSigningSecret(text: string): Secret | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined) return undefined;
  const { length } = Buffer.from(base64, 'base64');
  return length >= 24 && length <= 64 ? new Secret(base64) : undefined;
}
