import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';
import { VARIABLES } from './variables.ts';

function problemsOf(env: Record<string, string>): { name: string; problem: string }[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
  return [];
}

const namesOf = (env: Record<string, string>) => problemsOf(env).map(({ name }) => name);

describe('configuration', () => {
  test('an empty environment is a loopback service on the embedded store', () => {
    expect(loadConfig({})).toEqual({
      url: 'http://localhost:8080',
      listen: { host: '127.0.0.1', port: 8080 },
      workers: 1,
      dataFolder: './data',
      store: { kind: 'embedded' },
      redis: { partitions: 64, waitMs: 30_000, promises: [], tls: {}, sentinel: {} },
      masterKey: { file: 'data/master.key', isForGroup: false },
      trustedProxies: [],
      forwardedHeader: 'x-forwarded-for',
      isStoreNamed: false,
      signingAlgorithm: 'ES256',
      argon2: { memoryKiB: 19_456, iterations: 2 },
      eventRetention: { keptDays: 365, mostEvents: Number.POSITIVE_INFINITY },
      auditArchive: { kind: 'folder', path: 'data/audit-archive' },
      statisticsKeptDays: 800,
      codes: {
        limits: {
          perAddress: 5,
          perAddressAndDay: 10,
          perAccountAndHour: 1000,
          perHour: 5000,
          reservedPerAccount: 100,
        },
      },
      startLimits: { perAddress: 600, perNetwork: 6000, perSecond: 500 },
      administratorFactors: 'any',
      freePasswordFailures: 5,
      proofOfWork: 'auto',
      webhooks: { allowedNetworks: [], allowHttpOnLoopback: false },
      logLevel: 'info',
      drainMs: 1000,
      shutdownMs: 20_000,
    });
  });

  test('every variable is read', () => {
    const environment = {
      COUNTERSIGN_URL: 'https://login.example.com/',
      COUNTERSIGN_RP_ID: 'example.com',
      COUNTERSIGN_RELATED_ORIGINS: 'https://login.example.com, https://login.example.de:8443',
      COUNTERSIGN_LISTEN: '[::]:9000',
      COUNTERSIGN_ADMIN_LISTEN: '10.0.0.5:9001',
      COUNTERSIGN_TLS_CERT_FILE: '/etc/countersign/fullchain.pem',
      COUNTERSIGN_TLS_KEY_FILE: '/etc/countersign/privkey.pem',
      COUNTERSIGN_METRICS_LISTEN: '127.0.0.1:9464',
      COUNTERSIGN_WORKERS: '4',
      COUNTERSIGN_DATA: '/var/lib/countersign',
      COUNTERSIGN_STORE: 'rediss+sentinel://user:pass@one:26379,two:26379/main',
      COUNTERSIGN_STORE_PARTITIONS: '4096',
      COUNTERSIGN_STORE_REPLICAS: '2',
      COUNTERSIGN_STORE_WAIT_MS: '60000',
      COUNTERSIGN_STORE_PROMISES: 'appendonly=yes,maxmemory-policy=noeviction',
      COUNTERSIGN_STORE_TLS_CA: '/etc/redis/ca.pem',
      COUNTERSIGN_STORE_TLS_CERT: '/etc/redis/client.pem',
      COUNTERSIGN_STORE_TLS_KEY: '/etc/redis/client.key',
      COUNTERSIGN_STORE_TLS_NAME: 'redis.example',
      COUNTERSIGN_STORE_SENTINEL_USER: 'watcher',
      COUNTERSIGN_STORE_SENTINEL_PASSWORD: 'of-the-sentinels',
      COUNTERSIGN_MASTER_KEY_FILE: '/run/secrets/master',
      COUNTERSIGN_MASTER_KEY_FILE_GROUP: 'true',
      COUNTERSIGN_SECURITY_CONTACT: 'security@example.com',
      COUNTERSIGN_TRUSTED_PROXIES: '10.1.2.3/8, ::1',
      COUNTERSIGN_FORWARDED_HEADER: 'forwarded',
      COUNTERSIGN_GEO_DATABASE: '/srv/country.mmdb',
      COUNTERSIGN_SIGNING_ALGORITHM: 'EdDSA',
      COUNTERSIGN_ARGON2_MEMORY_KIB: '65536',
      COUNTERSIGN_ARGON2_ITERATIONS: '3',
      COUNTERSIGN_HASH_CONCURRENCY: '12',
      COUNTERSIGN_PLANS: '/etc/countersign/plans.json',
      COUNTERSIGN_TEXTS_DIR: '/etc/countersign/texts',
      COUNTERSIGN_PAYMENT_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
      COUNTERSIGN_BREACHED_PASSWORDS_FILE: '/srv/breached.filter',
      COUNTERSIGN_BREACHED_PASSWORDS_ON_FAILURE: 'refuse',
      COUNTERSIGN_EVENTS_KEPT_DAYS: '30',
      COUNTERSIGN_AUDIT_ARCHIVE: 'https://audit.s3.eu-central-1.amazonaws.com/countersign/',
      COUNTERSIGN_AUDIT_ARCHIVE_REGION: 'eu-central-1',
      COUNTERSIGN_AUDIT_ARCHIVE_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      COUNTERSIGN_AUDIT_ARCHIVE_SECRET: 'of-the-bucket',
      COUNTERSIGN_EVENTS_KEPT: '5000',
      COUNTERSIGN_AUDIT_FEED: 'syslog+tls://siem.example:6514',
      COUNTERSIGN_AUDIT_FEED_TLS_CA: '/etc/siem/ca.pem',
      COUNTERSIGN_AUDIT_FEED_TLS_CERT: '/etc/siem/client.pem',
      COUNTERSIGN_AUDIT_FEED_TLS_KEY: '/etc/siem/client.key',
      COUNTERSIGN_STATISTICS_KEPT_DAYS: '90',
      COUNTERSIGN_SMTP_URL: 'smtps://me:p%40ss@mail.example:465',
      COUNTERSIGN_SMTP_ALLOW_PLAINTEXT: 'true',
      COUNTERSIGN_MAIL_FROM: 'Example sign-in <auth@example.com>',
      COUNTERSIGN_SMS_GATEWAY: '/etc/countersign/sms.json',
      COUNTERSIGN_SMS_SECRET: 'of-the-gateway',
      COUNTERSIGN_CODE_COURIER_URL: 'https://bot.example/codes',
      COUNTERSIGN_CODE_COURIER_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      COUNTERSIGN_CODE_COURIER_CHANNELS: 'email, sms',
      COUNTERSIGN_STARTS_PER_ADDRESS: '50',
      COUNTERSIGN_STARTS_PER_NETWORK: '500',
      COUNTERSIGN_STARTS_PER_SECOND: '100',
      COUNTERSIGN_ADMIN_FACTORS: 'passkey',
      COUNTERSIGN_FREE_PASSWORD_FAILURES: '3',
      COUNTERSIGN_PROOF_OF_WORK: 'always',
      COUNTERSIGN_CODES_PER_ADDRESS: '3',
      COUNTERSIGN_CODES_PER_ADDRESS_AND_DAY: '6',
      COUNTERSIGN_CODES_PER_ACCOUNT_AND_HOUR: '200',
      COUNTERSIGN_CODES_PER_HOUR: '900',
      COUNTERSIGN_CODES_RESERVED_PER_ACCOUNT: '40',
      COUNTERSIGN_WEBHOOK_ALLOW_NETWORKS: '10.2.3.4/16',
      COUNTERSIGN_WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
      COUNTERSIGN_LOG_LEVEL: 'warn',
      COUNTERSIGN_DRAIN_MS: '0',
      COUNTERSIGN_SHUTDOWN_MS: '5000',
    };
    // Mutually exclusive variables are tested below.
    const besides = ['COUNTERSIGN_MASTER_KEY', 'COUNTERSIGN_OLD_MASTER_KEYS', 'COUNTERSIGN_BREACHED_PASSWORDS_URL'];
    expect([...Object.keys(environment), ...besides].sort()).toEqual(Object.keys(VARIABLES).sort());
    const config = loadConfig(environment);
    expect(config).toMatchObject({
      url: 'https://login.example.com',
      rpId: 'example.com',
      relatedOrigins: ['https://login.example.com', 'https://login.example.de:8443'],
      securityContact: 'mailto:security@example.com',
      listen: { host: '::', port: 9000 },
      adminListen: { host: '10.0.0.5', port: 9001 },
      metricsListen: { host: '127.0.0.1', port: 9464 },
      workers: 4,
      dataFolder: '/var/lib/countersign',
      store: { kind: 'redis' },
      redis: {
        partitions: 4096,
        replicas: 2,
        waitMs: 60_000,
        promises: ['appendonly', 'maxmemory-policy'],
        tls: {
          caFile: '/etc/redis/ca.pem',
          certFile: '/etc/redis/client.pem',
          keyFile: '/etc/redis/client.key',
          name: 'redis.example',
        },
        sentinel: { user: 'watcher' },
      },
      masterKey: { file: '/run/secrets/master', isForGroup: true },
      trustedProxies: ['10.0.0.0/8', '::1/128'],
      forwardedHeader: 'forwarded',
      geoDatabase: '/srv/country.mmdb',
      hashConcurrency: 12,
      signingAlgorithm: 'EdDSA',
      argon2: { memoryKiB: 65_536, iterations: 3 },
      plansFile: '/etc/countersign/plans.json',
      eventRetention: { keptDays: 30, mostEvents: 5000 },
      auditArchive: {
        kind: 'bucket',
        url: 'https://audit.s3.eu-central-1.amazonaws.com/countersign',
        region: 'eu-central-1',
        keyId: 'AKIAIOSFODNN7EXAMPLE',
      },
      statisticsKeptDays: 90,
      mail: { allowPlaintext: true, from: { name: 'Example sign-in', address: 'auth@example.com' } },
      codes: {
        limits: { perAddress: 3, perAddressAndDay: 6, perAccountAndHour: 200, perHour: 900, reservedPerAccount: 40 },
        sms: { gatewayFile: '/etc/countersign/sms.json' },
        courier: { url: 'https://bot.example/codes', channels: ['sms', 'email'] },
      },
      startLimits: { perAddress: 50, perNetwork: 500, perSecond: 100 },
      breachedPasswords: { file: '/srv/breached.filter', onFailure: 'refuse' },
      administratorFactors: 'passkey',
      freePasswordFailures: 3,
      webhooks: { allowedNetworks: ['10.2.0.0/16'], allowHttpOnLoopback: true },
      logLevel: 'warn',
      drainMs: 0,
      shutdownMs: 5000,
    });
    expect(Buffer.from(config.paymentSecret?.reveal() ?? '', 'base64')).toEqual(Buffer.alloc(32, 9));
    expect(config.store.kind === 'redis' && config.store.url.reveal()).toContain('user:pass@one:26379,two:26379');
    expect(config.redis.sentinel.password?.reveal()).toBe('of-the-sentinels');
    expect(config.codes.sms?.secret?.reveal()).toBe('of-the-gateway');
  });

  // The embedded store counts in the memory of its one process, so that a second would double every limit.
  test('several workers need Redis', () => {
    const store = 'redis://127.0.0.1:6379';
    expect(problemsOf({ COUNTERSIGN_WORKERS: '2' })).toEqual([
      { name: 'COUNTERSIGN_WORKERS', problem: 'must be 1 or auto with the embedded store' },
    ]);
    expect(loadConfig({ COUNTERSIGN_WORKERS: '2', COUNTERSIGN_STORE: store }).workers).toBe(2);
    expect(loadConfig({ COUNTERSIGN_WORKERS: 'auto' }).workers).toBe('auto');
    for (const wrong of ['0', '65', '-1', '2.5', 'many'])
      expect(namesOf({ COUNTERSIGN_WORKERS: wrong, COUNTERSIGN_STORE: store })).toEqual(['COUNTERSIGN_WORKERS']);
  });

  test('secrets that exclude others are read as well', () => {
    const config = loadConfig({
      COUNTERSIGN_MASTER_KEY: 'the key of now',
      COUNTERSIGN_OLD_MASTER_KEYS: 'one before,one before that',
      COUNTERSIGN_SMS_GATEWAY: '/etc/countersign/sms.json',
      COUNTERSIGN_SMS_SECRET: 'of-the-gateway',
    });
    const { fromEnvironment, oldFromEnvironment = [] } = config.masterKey;
    expect(fromEnvironment?.reveal()).toBe('the key of now');
    expect(oldFromEnvironment.map((old) => old.reveal())).toEqual(['one before', 'one before that']);
    expect(config.codes.sms?.secret?.reveal()).toBe('of-the-gateway');
    const mounted = { COUNTERSIGN_MASTER_KEY_FILE: '/run/master.key', COUNTERSIGN_OLD_MASTER_KEYS: 'one before' };
    expect(loadConfig(mounted).masterKey.oldFromEnvironment?.map((old) => old.reveal())).toEqual(['one before']);
    expect(namesOf({ COUNTERSIGN_OLD_MASTER_KEYS: 'without the key of now' })).toEqual(['COUNTERSIGN_OLD_MASTER_KEYS']);
  });

  test('is deeply frozen', () => {
    const config = loadConfig({ COUNTERSIGN_TRUSTED_PROXIES: '10.0.0.0/8' });
    const thaw = (part: object) => {
      expect(Object.isFrozen(part)).toBe(true);
      for (const value of Object.values(part)) if (typeof value === 'object') thaw(value);
    };
    thaw(config);
  });

  test('all invalid variables are reported at once, by name', () => {
    expect(
      namesOf({
        COUNTERSIGN_URL: 'ftp://x',
        COUNTERSIGN_LISTEN: 'x',
        COUNTERSIGN_STORE: 'mysql://x',
        COUNTERSIGN_STORE_PARTITIONS: '4097',
        COUNTERSIGN_STORE_REPLICAS: '-1',
        COUNTERSIGN_TRUSTED_PROXIES: '10.0.0.0/33',
        COUNTERSIGN_FORWARDED_HEADER: 'x-real-ip',
        COUNTERSIGN_SIGNING_ALGORITHM: 'HS256',
        COUNTERSIGN_ARGON2_MEMORY_KIB: '1024',
        COUNTERSIGN_ARGON2_ITERATIONS: '1',
        COUNTERSIGN_LOG_LEVEL: 'loud',
        COUNTERSIGN_DRAIN_MS: '-1',
        COUNTERSIGN_SHUTDOWN_MS: '1e3',
        COUNTERSIGN_MASTERKEY: 'x',
      }).sort(),
    ).toEqual([
      'COUNTERSIGN_ARGON2_ITERATIONS',
      'COUNTERSIGN_ARGON2_MEMORY_KIB',
      'COUNTERSIGN_DRAIN_MS',
      'COUNTERSIGN_FORWARDED_HEADER',
      'COUNTERSIGN_LISTEN',
      'COUNTERSIGN_LOG_LEVEL',
      'COUNTERSIGN_MASTERKEY',
      'COUNTERSIGN_SHUTDOWN_MS',
      'COUNTERSIGN_SIGNING_ALGORITHM',
      'COUNTERSIGN_STORE',
      'COUNTERSIGN_STORE_PARTITIONS',
      'COUNTERSIGN_STORE_REPLICAS',
      'COUNTERSIGN_TRUSTED_PROXIES',
      'COUNTERSIGN_URL',
    ]);
  });

  test('a misspelt variable is reported with the closest name', () => {
    expect(problemsOf({ COUNTERSIGN_TRUSTED_PROXY: '10.0.0.1' })).toEqual([
      { name: 'COUNTERSIGN_TRUSTED_PROXY', problem: 'is unknown: did you mean COUNTERSIGN_TRUSTED_PROXIES?' },
    ]);
  });

  test('variables of other programs are ignored', () => {
    expect(namesOf({ PATH: '/bin', NODE_ENV: 'production', COUNTERSIGNED: '1' })).toEqual([]);
  });

  // SR-35
  test('no error contains a value', () => {
    const canary = 'canary-7f3a';
    const known = Object.keys(VARIABLES);
    fc.assert(
      fc.property(
        fc.subarray(known, { minLength: 1 }),
        fc.constantFrom(canary, `redis:/${canary}`, `http://${canary}.example`, `${canary}/8`, `https://u:${canary}@h`),
        (names, value) => {
          const env = Object.fromEntries(names.map((name) => [name, value]));
          try {
            loadConfig({ ...env, COUNTERSIGN_TYPO: value });
          } catch (error) {
            expect(inspect(error, { depth: 9 })).not.toContain(canary);
            expect(JSON.stringify(error)).not.toContain(canary);
            return;
          }
          throw new Error('an unknown variable went unnoticed');
        },
      ),
    );
  });

  // SR-35
  test('printing the configuration does not reveal secrets', () => {
    const config = loadConfig({
      COUNTERSIGN_STORE: 'rediss://:canary-1@cache:6380',
      COUNTERSIGN_MASTER_KEY: 'canary-2',
    });
    for (const printed of [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      `${config.masterKey.fromEnvironment}`,
    ]) {
      expect(printed).not.toContain('canary');
    }
    expect(config.masterKey.fromEnvironment?.reveal()).toBe('canary-2');
  });

  test('the master key comes from one source', () => {
    expect(namesOf({ COUNTERSIGN_MASTER_KEY: 'a', COUNTERSIGN_MASTER_KEY_FILE: '/b' })).toEqual([
      'COUNTERSIGN_MASTER_KEY_FILE',
    ]);
  });

  test('breached passwords come from one source', () => {
    const [file, url] = ['/srv/breached.filter', 'https://range.example/range'];
    expect(namesOf({ COUNTERSIGN_BREACHED_PASSWORDS_FILE: file, COUNTERSIGN_BREACHED_PASSWORDS_URL: url })).toEqual([
      'COUNTERSIGN_BREACHED_PASSWORDS_URL',
    ]);
    const alone = loadConfig({ COUNTERSIGN_BREACHED_PASSWORDS_URL: url });
    expect(alone.breachedPasswords).toEqual({ url, onFailure: 'allow' });
    expect(namesOf({ COUNTERSIGN_BREACHED_PASSWORDS_URL: 'http://range.example' })).toEqual([
      'COUNTERSIGN_BREACHED_PASSWORDS_URL',
    ]);
  });

  test('listening beyond loopback requires the public URL', () => {
    expect(namesOf({ COUNTERSIGN_LISTEN: '0.0.0.0:8080' })).toEqual(['COUNTERSIGN_URL']);
    expect(namesOf({ COUNTERSIGN_LISTEN: '0.0.0.0:8080', COUNTERSIGN_URL: 'https://login.example.com' })).toEqual([]);
  });

  test.each([
    'https://login.example.com',
    'https://login.example.com/',
    'https://login.example.com:8443',
    'https://login.example.com:443',
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ])('accepts the public URL %s', (url) => {
    expect(namesOf({ COUNTERSIGN_URL: url })).toEqual([]);
    expect(loadConfig({ COUNTERSIGN_URL: url }).url).toBe(new URL(url).origin);
  });

  test.each([
    'http://login.example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'https://login.example.com/auth',
    'https://login.example.com?x',
    'https://login.example.com/?',
    'https://login.example.com/#',
    'https://user@login.example.com',
    'https://user:password@login.example.com',
    'login.example.com',
    'javascript:alert(1)',
    'https://',
  ])('refuses the public URL %s', (url) => {
    expect(namesOf({ COUNTERSIGN_URL: url })).toEqual(['COUNTERSIGN_URL']);
  });

  test.each(['127.0.0.1', ':8080', '127.0.0.1:', '127.0.0.1:65536', '::1:8080', '[127.0.0.1]:80', 'a b:80', 'x:0x50'])(
    'refuses to listen on %s',
    (listen) => {
      expect(namesOf({ COUNTERSIGN_LISTEN: listen })).toEqual(['COUNTERSIGN_LISTEN']);
    },
  );

  test.each([
    'redis://cache',
    'rediss://:p@cache:6380/0',
    'redis+cluster://a:1,b:2,c:3',
    'redis+sentinel://a:1,b:2/main',
    'rediss+cluster://a:1,b:2',
    'rediss+sentinel://user:p@a:1,b:2/main',
    'unix:///run/redis/redis.sock',
  ])('accepts the store %s', (url) => {
    expect(loadConfig({ COUNTERSIGN_STORE: url }).store.kind).toBe('redis');
  });

  test.each(['redis', 'redis:cache', 'redis://', 'http://cache', 'Embedded', 'redis+http://x', 'unix://redis.sock'])(
    'refuses the store %s',
    (url) => {
      expect(namesOf({ COUNTERSIGN_STORE: url })).toEqual(['COUNTERSIGN_STORE']);
    },
  );
});
