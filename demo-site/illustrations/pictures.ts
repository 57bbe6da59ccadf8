import { html, raw } from 'hono/html';
import type { Product } from '../shop/catalogue.ts';
import { ellipse, filled } from './draw.ts';
import { PLANTS } from './plants.ts';

/** Decorative, since the product's name is beside it. */
export function picture({ slug }: Pick<Product, 'slug'>) {
  return html`<svg class="picture" viewBox="0 0 240 260" aria-hidden="true">${raw(PLANTS[slug] ?? '')}</svg>`;
}

/** The picture of the home page: a window sill. */
export function windowSill() {
  return html`<svg class="sill" viewBox="0 0 640 440" aria-hidden="true">
    <g class="window">
      <path class="pane" d="M150 372V190a170 170 0 0 1 340 0v182z" />
      <circle class="sun" cx="398" cy="150" r="46" />
      <path class="hill far" d="M150 320c60-40 120-34 180-12s110 10 160-18v82H150z" />
      <path class="hill near" d="M150 346c80-26 150-6 210 2s90-4 130-18v42H150z" />
      <path class="bars" d="M320 20v352M150 212h340" />
      <path class="frame" d="M150 372V190a170 170 0 0 1 340 0v182z" />
    </g>
    <rect class="board" x="20" y="372" width="600" height="16" rx="4" />
    <rect class="board under" x="48" y="388" width="544" height="10" rx="3" />
    ${raw(place('snake-plant', 24, 106, 1.06))}${raw(place('sword-fern', 404, 124, 0.99))}
    ${raw(place('juniper-bonsai', 192, 132, 0.96))}${raw(place('prickly-pear', 352, 240, 0.54))}
  </svg>`;
}

function place(slug: string, x: number, y: number, scale: number): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})">${PLANTS[slug] ?? ''}</g>`;
}

/** The shop's mark: a sprig, half juniper and half fern. */
export const SPRIG = [
  filled('M16 29C15 20 15 12 16 3L17.4 3C16.6 12 16.6 20 17.6 29Z', 'currentColor'),
  ...[8, 13, 18, 23].map((y, i) => ellipse({ x: 10.6 - i * 0.5, y }, 5 + i * 0.5, 1.9, 'currentColor', 34)),
  ...[7, 11.5, 16, 20.5].map((y, i) => ellipse({ x: 22.2 + i * 0.4, y }, 5 + i * 0.5, 1.9, 'currentColor', -34)),
].join('');

export function sprig() {
  return html`<svg class="sprig" viewBox="0 0 32 32" aria-hidden="true">${raw(SPRIG)}</svg>`;
}
