import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

const PAIR = { COUNTERSIGN_TLS_CERT_FILE: '/etc/tls/cert.pem', COUNTERSIGN_TLS_KEY_FILE: '/etc/tls/key.pem' };

describe('TLS on the listener', () => {
  test('is off by default, and takes a certificate and its key', () => {
    expect(loadConfig({}).tls).toBeUndefined();
    const { tls } = loadConfig({ ...PAIR, COUNTERSIGN_URL: 'https://auth.example' });
    expect(tls).toEqual({ certFile: '/etc/tls/cert.pem', keyFile: '/etc/tls/key.pem' });
  });

  test('makes the default URL on loopback https', () => {
    expect(loadConfig({ ...PAIR, COUNTERSIGN_LISTEN: '127.0.0.1:8443' }).url).toBe('https://localhost:8443');
  });

  test.each([
    [{ COUNTERSIGN_TLS_CERT_FILE: '/cert.pem' }, 'COUNTERSIGN_TLS_KEY_FILE is required with COUNTERSIGN_TLS_CERT_FILE'],
    [{ COUNTERSIGN_TLS_KEY_FILE: '/key.pem' }, 'COUNTERSIGN_TLS_CERT_FILE is required with COUNTERSIGN_TLS_KEY_FILE'],
    [
      { ...PAIR, COUNTERSIGN_URL: 'http://localhost:8080' },
      'COUNTERSIGN_URL must be https with COUNTERSIGN_TLS_CERT_FILE',
    ],
  ])('refuses %j', (env, message) => {
    expect(() => loadConfig(env)).toThrow(ConfigError);
    expect(() => loadConfig(env)).toThrow(message);
  });
});
