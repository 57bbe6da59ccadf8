import { renderSVG } from 'uqr';

/** A QR code as an SVG document, dark on light in every scheme, since cameras want it so. */
export function qrSvgOf(text: string): string {
  return renderSVG(text, { ecc: 'M', border: 4 });
}
