/** The address of a logo, which contains its hash: another image has another address. */
export function logoPath(resource: string, hash: string): string {
  return `/widget/v1/logo?resource=${resource}&hash=${hash}`;
}

/** Bounds of a logo: bytes, and pixels on each side. */
export const LOGO_BYTES = 32 * 1024;
const MAX_PIXELS = 1024;
const MIN_PIXELS = 16;

const LOGO_TYPES = ['image/png', 'image/webp'] as const;
export type LogoType = (typeof LOGO_TYPES)[number];

/** The logo of a resource, stored beside it. */
export interface Logo {
  type: LogoType;
  /** SHA-256 of the bytes, hex. */
  hash: string;
  /** The image itself, base64. */
  image: string;
}

export interface ImageFacts {
  type: LogoType;
  width: number;
  height: number;
}

/**
 * The format of an image, by its own bytes: a still PNG or WebP of sane size that ends where its header states. No
 * other content can hide in it, and no browser can take it for a document. SVG is a document, so it is refused.
 */
export function readLogo(bytes: Uint8Array): ImageFacts | undefined {
  if (bytes.length > LOGO_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const facts = readPng(view) ?? readWebp(view);
  if (!facts) return undefined;
  const fits = [facts.width, facts.height].every((side) => side >= MIN_PIXELS && side <= MAX_PIXELS);
  return fits ? facts : undefined;
}

/** PNG (W3C) 5.2 and 5.3: the signature, then chunks of length, type, data and CRC; IHDR the first, IEND the last. */
function readPng(view: DataView): ImageFacts | undefined {
  if (view.byteLength < 45 || view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  if (view.getUint32(8) !== 13 || text(view, 12) !== 'IHDR') return undefined;
  for (let at = 8; at + 12 <= view.byteLength; ) {
    const [length, type] = [view.getUint32(at), text(view, at + 4)];
    at += 12 + length;
    // A chunk of an animation.
    if (type === 'acTL') return undefined;
    if (type === 'IEND') {
      const isWhole = length === 0 && at === view.byteLength;
      return isWhole ? { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) } : undefined;
    }
  }
  return undefined;
}

/** RFC 9649 2.3 to 2.7: RIFF of the file's own length, then chunks of type, length and data, padded to even. */
function readWebp(view: DataView): ImageFacts | undefined {
  if (view.byteLength < 30 || text(view, 0) !== 'RIFF' || text(view, 8) !== 'WEBP') return undefined;
  if (view.getUint32(4, true) !== view.byteLength - 8) return undefined;
  let at = 12;
  while (at + 8 <= view.byteLength) {
    if (text(view, at).startsWith('ANI') || text(view, at) === 'ANMF') return undefined;
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
  const size = at === view.byteLength ? webpSize(view) : undefined;
  return size && { type: 'image/webp', ...size };
}

function webpSize(view: DataView): { width: number; height: number } | undefined {
  switch (text(view, 12)) {
    case 'VP8X':
      return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return view.getUint8(20) === 0x2f
        ? { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
        : undefined;
    }
    case 'VP8 ': {
      const isKeyFrame = uint24(view, 23) === 0x2a019d;
      const side = (offset: number) => view.getUint16(offset, true) & 0x3fff;
      return isKeyFrame ? { width: side(26), height: side(28) } : undefined;
    }
    default:
      return undefined;
  }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** Four bytes as ASCII. */
function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
