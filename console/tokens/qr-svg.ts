import { renderSVG } from 'uqr';

/** A QR code as an SVG document, dark on light in both schemes, since cameras need it. */
export function qrSvgOf(text: string): string {
  return renderSVG(text, { ecc: 'M', border: 4 });
}
