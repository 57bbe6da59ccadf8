import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

const FEED = 'COUNTERSIGN_AUDIT_FEED';
const TLS = { [`${FEED}_TLS_CA`]: '/ca.pem' };
const targetOf = (text: string) => loadConfig({ [FEED]: text }).auditFeed?.target;

test('the audit feed goes to standard output, a file or a syslog receiver', () => {
  expect(loadConfig({}).auditFeed).toBeUndefined();
  expect(targetOf('stdout:')).toEqual({ kind: 'output' });
  expect(targetOf('file:///var/log/countersign/audit.jsonl')).toEqual({
    kind: 'file',
    path: '/var/log/countersign/audit.jsonl',
  });
  expect(targetOf('syslog+tls://siem.example:6514')).toEqual({
    kind: 'syslog',
    host: 'siem.example',
    port: 6514,
    isTls: true,
  });
  expect(targetOf('syslog+tcp://[::1]:601')).toEqual({ kind: 'syslog', host: '::1', port: 601, isTls: false });
  const keyed = { ...TLS, [`${FEED}_TLS_CERT`]: '/c.pem', [`${FEED}_TLS_KEY`]: '/k.pem' };
  expect(loadConfig({ [FEED]: 'syslog+tls://siem.example:6514', ...keyed }).auditFeed?.tls).toEqual({
    caFile: '/ca.pem',
    certFile: '/c.pem',
    keyFile: '/k.pem',
  });
});

test.each([
  'stdout',
  'file://audit.jsonl',
  'file:///var/log/',
  'file:///a?b',
  'syslog://siem.example:514',
  'syslog+udp://siem.example:514',
  'syslog+tls://siem.example',
  'syslog+tls://siem.example:0',
  'syslog+tls://user:pass@siem.example:6514',
  'syslog+tls://siem.example:6514/',
  'https://siem.example',
])('%s is refused', (text) => {
  expect(() => loadConfig({ [FEED]: text })).toThrow(ConfigError);
});

test('certificates go with TLS only, and a certificate with its key', () => {
  const refused = (env: Record<string, string>, name: string) => expect(() => loadConfig(env)).toThrow(name);
  refused({ [FEED]: 'syslog+tcp://127.0.0.1:601', ...TLS }, `${FEED}_TLS_CA goes with`);
  refused(TLS, `${FEED}_TLS_CA goes with`);
  refused({ [FEED]: 'syslog+tls://siem.example:6514', [`${FEED}_TLS_CERT`]: '/c.pem' }, `${FEED}_TLS_KEY`);
});
