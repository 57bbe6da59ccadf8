/** GSM 7-bit default alphabet (3GPP TS 23.038, 6.2.1), and its extension table, whose characters count twice. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '\f^{}\\[~]|€';

/** How a gateway sends a text: the messages it pays for. Each part of a long one has a header (TS 23.040, 9.2.3.24). */
export function smsSegments(text: string): { alphabet: 'gsm' | 'ucs2'; length: number; segments: number } {
  const isGsm = [...text].every((one) => BASIC.includes(one) || EXTENSION.includes(one));
  const length = isGsm ? [...text].reduce((sum, one) => sum + (EXTENSION.includes(one) ? 2 : 1), 0) : text.length;
  const [whole, part] = isGsm ? [160, 153] : [70, 67];
  return { alphabet: isGsm ? 'gsm' : 'ucs2', length, segments: length <= whole ? 1 : Math.ceil(length / part) };
}
