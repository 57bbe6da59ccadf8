import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PNG_END, samplePng, sampleWebp } from '../testing/images.ts';
import { LOGO_BYTES, readLogo } from './logo.ts';

// SR-30. The attack: store a file that a browser may run as a logo.
describe('no logo is', () => {
  const png = samplePng();
  const webp = sampleWebp();
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(100))],
    ['a GIF that is a script', Buffer.from(`GIF89a/*${' '.repeat(40)}*/=1;alert(1)`)],
    ['a PNG with a page behind it', Buffer.concat([png, Buffer.from('<script>alert(1)</script>')])],
    ['a PNG cut off', png.subarray(0, -1)],
    ['a PNG with two ends', Buffer.concat([png, PNG_END])],
    ['an animation', samplePng(48, 32, [['acTL', Buffer.alloc(8)]])],
    ['a PNG of no size', samplePng(0, 32)],
    ['a PNG whose pixels would fill the memory', samplePng(32, 1025)],
    ['a PNG of more than 32 kB', samplePng(48, 32, [['tEXt', Buffer.alloc(LOGO_BYTES)]])],
    ['a WebP with a page behind it', Buffer.concat([webp, Buffer.from('<script>alert(1)</script>')])],
    ['a WebP cut off', webp.subarray(0, -1)],
    ['an animated WebP', sampleWebp(48, 32, Buffer.from('ANIM\x06\0\0\0\0\0\0\0\0\0', 'latin1'))],
    ['a RIFF of another kind', Buffer.from(webp.toString('latin1').replace('WEBP', 'WAVE'), 'latin1')],
  ])('%s', (_, bytes) => {
    expect(readLogo(bytes)).toBeUndefined();
  });

  test('random bytes, and reading them never fails', () => {
    const beginnings = [Buffer.alloc(0), png.subarray(0, 33), webp.subarray(0, 20)];
    fc.assert(
      fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 200 }), (beginning, rest) => {
        expect(readLogo(Buffer.concat([beginning, rest]))).toBeUndefined();
      }),
    );
  });
});

test('a PNG or a WebP of sane size is a logo', () => {
  const side = fc.integer({ min: 16, max: 1024 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      expect(readLogo(sampleWebp(width, height))).toEqual({ type: 'image/webp', width, height });
    }),
  );
  expect(readLogo(samplePng(200, 60))).toEqual({ type: 'image/png', width: 200, height: 60 });
});
