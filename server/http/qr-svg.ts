import { renderSVG } from 'uqr';

/** Renders a text as a QR code: an SVG document of plain shapes, black on white in any colour scheme. */
export function qrSvg(text: string): string {
  return renderSVG(text, { ecc: 'M', border: 4, pixelSize: 4, whiteColor: '#fff', blackColor: '#000' });
}
