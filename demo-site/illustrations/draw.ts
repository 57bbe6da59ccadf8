/** Geometry for the shop's pictures. Angles in degrees, 0 is up, clockwise. */
export interface Point {
  x: number;
  y: number;
}

/** One decimal is finer than the eye can see, and halves the size. */
const n = (value: number) => String(Math.round(value * 10) / 10);

export const at = ({ x, y }: Point) => `${n(x)} ${n(y)}`;

export function polar(from: Point, angle: number, distance: number): Point {
  const radians = (angle * Math.PI) / 180;
  return { x: from.x + Math.sin(radians) * distance, y: from.y - Math.cos(radians) * distance };
}

/** A pointed leaf from its base: widest at `belly` of its length, with the tip bent sideways by `bend`. */
export function leafPath(
  base: Point,
  {
    angle,
    length,
    width,
    belly = 0.4,
    bend = 0,
  }: { angle: number; length: number; width: number; belly?: number; bend?: number },
): string {
  const tip = polar(polar(base, angle, length), angle + 90, bend);
  const middle = polar(base, angle, length * belly);
  const [left, right] = [polar(middle, angle - 90, width), polar(middle, angle + 90, width)];
  const [leftTip, rightTip] = [
    polar(polar(tip, angle + 180, length * 0.22), angle - 90, width * 0.35),
    polar(polar(tip, angle + 180, length * 0.22), angle + 90, width * 0.35),
  ];
  return `M${at(base)}C${at(left)} ${at(leftTip)} ${at(tip)}C${at(rightTip)} ${at(right)} ${at(base)}Z`;
}

/** A point and the direction of travel on a quadratic curve, `t` from 0 to 1. */
export function onCurve(from: Point, control: Point, to: Point, t: number): Point & { angle: number } {
  const mix = (a: number, b: number, c: number) => (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t ** 2 * c;
  const slope = (a: number, b: number, c: number) => 2 * (1 - t) * (b - a) + 2 * t * (c - b);
  const [dx, dy] = [slope(from.x, control.x, to.x), slope(from.y, control.y, to.y)];
  return {
    x: mix(from.x, control.x, to.x),
    y: mix(from.y, control.y, to.y),
    angle: (Math.atan2(dx, -dy) * 180) / Math.PI,
  };
}

export const filled = (d: string, fill: string) => `<path d="${d}" fill="${fill}"/>`;

export const stroked = (d: string, stroke: string, width: number) =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"/>`;

export const ellipse = ({ x, y }: Point, rx: number, ry: number, fill: string, angle = 0) =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"${
    angle === 0 ? '' : ` transform="rotate(${n(angle)} ${at({ x, y })})"`
  }/>`;

/** A seeded generator, so that a picture is the same on every run. */
export function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
