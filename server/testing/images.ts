import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

export const PNG_END: Buffer = chunk('IEND', Buffer.alloc(0));

/** A PNG of one colour, with extra chunks before its end if a test needs them. */
export function samplePng(width = 48, height = 32, further: readonly (readonly [string, Uint8Array])[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(width * 3, Buffer.of(31, 111, 84))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...further.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', pixels),
    PNG_END,
  ]);
}

/** The header of a lossless WebP without image data. */
export function sampleWebp(width = 48, height = 32, further: Uint8Array = Buffer.alloc(0)): Buffer {
  const data = Buffer.alloc(10);
  data.writeUInt8(0x2f, 0);
  data.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  const head = Buffer.from('RIFF\0\0\0\0WEBPVP8L\x0a\0\0\0', 'latin1');
  const whole = Buffer.concat([head, data, further]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}
