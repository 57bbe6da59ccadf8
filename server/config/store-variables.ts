import { MAX_PARTITIONS } from '@countersign/protocol/partition-count';
import { z } from 'zod';
import { parsePromises, REQUIRED_SETTINGS } from '../store/required-settings.ts';
import { parseRedisUrl } from './parse.ts';
import { integer, parsed, path, secretLine, type Variable, whole } from './schemas.ts';
import { Secret } from './secret.ts';

const PROMISES = Object.entries(REQUIRED_SETTINGS)
  .map(([name, value]) => `\`${name}=${value}\``)
  .join(', ');

/** Variables of the store. */
export const STORE_VARIABLES = {
  COUNTERSIGN_STORE: {
    meaning:
      '`embedded`, or a URL: `redis://`, `rediss://`, `redis+sentinel://`, `redis+cluster://` or `unix://`. Never logged.',
    otherwise: '`embedded`',
    isSecret: true,
    schema: parsed(
      (text) =>
        text === 'embedded'
          ? ({ kind: 'embedded' } as const)
          : parseRedisUrl(text) && ({ kind: 'redis', url: new Secret(text) } as const),
      'must be embedded or a redis://, rediss://, redis+sentinel://, redis+cluster:// or unix:// URL',
    ).default({ kind: 'embedded' }),
  },
  COUNTERSIGN_STORE_PARTITIONS: {
    meaning: `Parts of a Redis store, 1 to ${MAX_PARTITIONS.toLocaleString('en')}. Fixed when the store is created.`,
    otherwise: '`64`',
    schema: whole(1, MAX_PARTITIONS, 64),
  },
  COUNTERSIGN_STORE_REPLICAS: {
    meaning:
      'Least number of online replicas of a Redis primary. Each change waits for all that are online. 0 refuses replicas.',
    otherwise: '`1` behind Sentinel, else `0`',
    schema: integer(0, 16).optional(),
  },
  COUNTERSIGN_STORE_WAIT_MS: {
    meaning: 'How long a start waits for Redis, trying again, before it ends with exit code 69. 0: one try.',
    otherwise: '`30000`',
    schema: whole(0, 3_600_000, 30_000),
  },
  COUNTERSIGN_STORE_PROMISES: {
    meaning: `For a Redis that does not show its settings: those that you promise, comma-separated, of ${PROMISES}. A value that it does show counts instead.`,
    otherwise: 'none: a hidden setting is refused',
    schema: parsed(parsePromises, `must be a list of ${PROMISES}`).default([]),
  },
  COUNTERSIGN_STORE_TLS_CA: {
    meaning: 'File with the authorities (PEM) that sign the certificates of Redis and Sentinel. Excludes all others.',
    otherwise: 'those of Node',
    schema: path.optional(),
  },
  COUNTERSIGN_STORE_TLS_CERT: {
    meaning: 'File with the certificate (PEM) that the service shows to Redis and Sentinel.',
    otherwise: 'none',
    schema: path.optional(),
    needs: 'COUNTERSIGN_STORE_TLS_KEY',
  },
  COUNTERSIGN_STORE_TLS_KEY: {
    meaning: 'File with the key of that certificate (PEM).',
    otherwise: 'required with COUNTERSIGN_STORE_TLS_CERT',
    schema: path.optional(),
    needs: 'COUNTERSIGN_STORE_TLS_CERT',
  },
  COUNTERSIGN_STORE_TLS_NAME: {
    meaning: 'Name in the certificates of Redis and Sentinel.',
    otherwise: 'the host that the service connects to',
    schema: z
      .string()
      .regex(/^[A-Za-z\d.-]{1,253}$/, 'must be a host name')
      .optional(),
  },
  COUNTERSIGN_STORE_SENTINEL_USER: {
    meaning: 'User at the Sentinels. User and password in the URL are those of Redis.',
    otherwise: 'none',
    schema: z
      .string()
      .regex(/^\S{1,200}$/, 'must be a name without spaces')
      .optional(),
  },
  COUNTERSIGN_STORE_SENTINEL_PASSWORD: {
    meaning: 'Password at the Sentinels. Never logged.',
    otherwise: 'none',
    isSecret: true,
    schema: secretLine.optional(),
  },
} as const satisfies Record<string, Variable>;
