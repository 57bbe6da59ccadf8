import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { mayConnectTo, readTarget, type TargetRules } from './target.ts';

const strict: TargetRules = { allowedNetworks: [], allowHttpOnLoopback: false };
const problemOf = (url: string, rules = strict) => {
  const target = readTarget(url, rules);
  return 'problem' in target ? target.problem : undefined;
};

describe('SR-31: addresses that only this machine or its network can reach', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.100.100.200',
    '169.254.169.254',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'fe80::1',
    'fec0::1',
    'fd00:ec2::254',
    'ff02::1',
    '100::1',
    '5f00::1',
    'fe80::1%eth0',
    '0177.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    'localhost',
    '',
  ])('refuses %s', (address) => {
    expect(mayConnectTo(address, strict)).toBe(false);
  });

  test.each(['1.1.1.1', '93.184.216.34', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'allows the public address %s',
    (address) => expect(mayConnectTo(address, strict)).toBe(true),
  );

  test('allows only addresses that another library also calls plain unicast', () => {
    const v4 = fc.ipV4();
    const v6 = fc.ipV6();
    fc.assert(
      fc.property(fc.oneof(v4, v6), (address) => {
        if (mayConnectTo(address, strict)) expect(ipaddr.process(address).range()).toBe('unicast');
      }),
      { numRuns: 3000 },
    );
  });

  test('allows a network that the operator names, and no other', () => {
    const rules = { ...strict, allowedNetworks: ['10.2.0.0/16'] };
    expect(mayConnectTo('10.2.3.4', rules)).toBe(true);
    expect(mayConnectTo('::ffff:10.2.3.4', rules)).toBe(true);
    expect(mayConnectTo('10.3.0.1', rules)).toBe(false);
    expect(mayConnectTo('127.0.0.1', rules)).toBe(false);
  });
});

describe('SR-31: URLs', () => {
  test.each([
    ['https://2130706433/', 'must name its host plainly'],
    ['https://0x7f000001/', 'must name its host plainly'],
    ['https://0177.0.0.1/', 'must name its host plainly'],
    ['https://127.1/', 'must name its host plainly'],
    ['https://1.1.1.0x1/', 'must name its host plainly'],
    ['https://１.１.１.１/', 'must name its host plainly'],
    ['https://127.0.0.1/', 'must not lead into a private or special network'],
    ['https://169.254.169.254/latest/meta-data/', 'must not lead into a private or special network'],
    ['https://[::1]/', 'must not lead into a private or special network'],
    ['https://[::ffff:10.0.0.1]/', 'must not lead into a private or special network'],
    ['https://localhost/', 'must not lead into a private or special network'],
    ['https://a.localhost/', 'must not lead into a private or special network'],
    ['https://hooks.example./', 'must name its host plainly'],
    ['http://hooks.example/', 'must be https'],
    ['http://127.0.0.1/', 'must be https'],
    ['https://user:pass@hooks.example/', 'must not hold a user name or password'],
    ['https://hooks.example@169.254.169.254/', 'must not hold a user name or password'],
    ['https://@hooks.example/', 'must not hold a user name or password'],
    ['https://hooks.example/#x', 'must not have a fragment'],
    ['https://hooks.example/#', 'must not have a fragment'],
    ['ftp://hooks.example/', 'not a URL'],
    ['file:///etc/passwd', 'not a URL'],
    ['https:hooks.example', 'not a URL'],
    ['https:\\\\hooks.example', 'not a URL'],
    ['https://hooks.example\\@127.0.0.1/', 'not a URL'],
    ['https://hooks.example/\r\nHost: x', 'not a URL'],
    ['https://hooks\t.example/', 'not a URL'],
    [' https://hooks.example/', 'not a URL'],
    ['https:///x', 'not a URL'],
    [`https://hooks.example/${'x'.repeat(2000)}`, 'not a URL'],
    ['', 'not a URL'],
  ])('%s', (url, problem) => {
    expect(problemOf(url)).toBe(problem);
  });

  test('normalises an accepted URL to one spelling', () => {
    const target = readTarget('https://Hooks.Example:443/a?b=c', strict);
    expect('url' in target && target.url.href).toBe('https://hooks.example/a?b=c');
    expect(problemOf('https://1.1.1.1:8443/')).toBeUndefined();
    expect(problemOf('https://[2606:4700::1111]/')).toBeUndefined();
  });

  test('allows plain http only to loopback in development', () => {
    const rules = { ...strict, allowHttpOnLoopback: true };
    expect(problemOf('http://localhost:3000/hook', rules)).toBeUndefined();
    expect(problemOf('http://127.0.0.1:3000/hook', rules)).toBeUndefined();
    expect(problemOf('http://10.0.0.1/', rules)).toBe('must be https');
    expect(problemOf('http://hooks.example/', rules)).toBe('must be https');
    expect(problemOf('https://10.0.0.1/', rules)).toBe('must not lead into a private or special network');
  });

  test('accepts only URLs with an address that may be connected to', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true }), fc.ipV4(), (url, ip) => {
        const withIp = url.replace(/\/\/[^/?#]+/, `//${ip}`);
        const target = readTarget(withIp, strict);
        if ('url' in target) expect(mayConnectTo(target.url.hostname, strict)).toBe(true);
      }),
    );
  });
});

test('SR-31: port 0 is refused, however it is written, and other ports are not', () => {
  for (const port of ['0', '00', '00000']) {
    expect(problemOf(`https://hooks.example:${port}/`)).toBe('must not name port 0, which nothing listens on');
  }
  for (const port of ['1', '443', '10', '65535']) expect(problemOf(`https://hooks.example:${port}/`)).toBeUndefined();
});
