import { createCipheriv, createHmac } from 'node:crypto';

export type CipherName = 'aes-cbc' | 'aes-gcm' | 'kw-aes';

export interface WrittenKey {
  serial: string;
  secret: Uint8Array;
  kind: 'hotp' | 'totp';
  digits: 6 | 8;
  counter?: number;
  periodSeconds?: number;
  suite?: string;
}

export interface WrittenProtection {
  key: Uint8Array;
  cipher: CipherName;
  macHash: 'sha1' | 'sha256' | 'sha512';
  macKey: Uint8Array;
  iv: Uint8Array;
  /** The content of EncryptionKey. */
  about?: string;
}

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const MACS = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256',
  sha512: 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha512',
};

/** A key container as a vendor would write it (RFC 6030); independent of the code that reads it. */
export function writePskc(keys: readonly WrittenKey[], protection?: WrittenProtection): string {
  const macMethod =
    protection &&
    `<MACMethod Algorithm="${MACS[protection.macHash]}"><MACKey>${encrypted(protection.macKey, protection).xml}</MACKey></MACMethod>`;
  const about = protection?.about ?? '<ds:KeyName>shared</ds:KeyName>';
  const encryptionKey = protection && `<EncryptionKey>${about}</EncryptionKey>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="${XENC}">`,
    encryptionKey ?? '',
    macMethod ?? '',
    ...keys.map((key) => packageOf(key, protection)),
    '</KeyContainer>',
  ].join('\n');
}

function packageOf(key: WrittenKey, protection: WrittenProtection | undefined): string {
  const { serial, kind, digits, counter, periodSeconds, suite } = key;
  const text = (name: string, value: number | undefined) =>
    value === undefined ? '' : `<${name}><PlainValue>${value}</PlainValue></${name}>`;
  return `<KeyPackage><DeviceInfo><Manufacturer>oath.Acme</Manufacturer><SerialNo>${serial}</SerialNo></DeviceInfo>
<Key Id="${serial}" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:${kind}"><AlgorithmParameters>${suite === undefined ? '' : `<Suite>${suite}</Suite>`}<ResponseFormat Length="${digits}" Encoding="DECIMAL"/></AlgorithmParameters>
<Data><Secret>${secretOf(key.secret, protection)}</Secret>${text('Counter', counter)}${text('TimeInterval', periodSeconds)}</Data></Key></KeyPackage>`;
}

function secretOf(secret: Uint8Array, protection: WrittenProtection | undefined): string {
  if (!protection) return `<PlainValue>${base64(secret)}</PlainValue>`;
  const { xml, bytes } = encrypted(secret, protection);
  const mac = createHmac(protection.macHash, protection.macKey).update(bytes).digest();
  return `<EncryptedValue>${xml}</EncryptedValue><ValueMAC>${base64(mac)}</ValueMAC>`;
}

function encrypted(plain: Uint8Array, { key, cipher, iv }: WrittenProtection): { xml: string; bytes: Buffer } {
  const bits = key.length * 8;
  const [uri, bytes] = {
    'aes-cbc': () => [`${XENC}aes${bits}-cbc`, cbc(plain, key, iv)] as const,
    'aes-gcm': () => [`http://www.w3.org/2009/xmlenc11#aes${bits}-gcm`, gcm(plain, key, iv)] as const,
    'kw-aes': () => [`${XENC}kw-aes${bits}`, wrapped(plain, key)] as const,
  }[cipher]();
  const xml = `<xenc:EncryptionMethod Algorithm="${uri}"/><xenc:CipherData><xenc:CipherValue>${base64(bytes)}</xenc:CipherValue></xenc:CipherData>`;
  return { xml, bytes };
}

function cbc(plain: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv.subarray(0, 16));
  return Buffer.concat([iv.subarray(0, 16), cipher.update(plain), cipher.final()]);
}

function gcm(plain: Uint8Array, key: Uint8Array, iv: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-gcm` as 'aes-128-gcm', key, iv.subarray(0, 12));
  return Buffer.concat([iv.subarray(0, 12), cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function wrapped(plain: Uint8Array, key: Uint8Array): Buffer {
  const cipher = createCipheriv(`id-aes${key.length * 8}-wrap`, key, Buffer.alloc(8, 0xa6));
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
