import { at, ellipse, filled, leafPath, onCurve, type Point, polar, repeatable, stroked } from './draw.ts';
import { BLUSH, CREAM, OCHRE, pot, SLATE, TERRACOTTA, tray } from './pots.ts';

/** SVG content on a canvas of 240 by 260, by the product's slug. */
export const PLANTS: Readonly<Record<string, string>> = {
  'juniper-bonsai': juniper(),
  'sword-fern': fern(),
  pilea: pilea(),
  'snake-plant': snakePlant(),
  'rubber-tree': rubberTree(),
  'prickly-pear': pricklyPear(),
};

/** Arching fronds of short leaflets, the nearer ones in a lighter green. */
function fern(): string {
  const root: Point = { x: 120, y: 176 };
  const fronds = [
    { tip: { x: 22, y: 150 }, rise: { x: 52, y: 66 }, green: '#2f6b45' },
    { tip: { x: 218, y: 150 }, rise: { x: 188, y: 66 }, green: '#2f6b45' },
    { tip: { x: 66, y: 46 }, rise: { x: 96, y: 70 }, green: '#2f6b45' },
    { tip: { x: 176, y: 46 }, rise: { x: 146, y: 70 }, green: '#2f6b45' },
    { tip: { x: 18, y: 104 }, rise: { x: 66, y: 48 }, green: '#3f8557' },
    { tip: { x: 222, y: 104 }, rise: { x: 174, y: 48 }, green: '#3f8557' },
    { tip: { x: 122, y: 26 }, rise: { x: 112, y: 96 }, green: '#3f8557' },
    { tip: { x: 44, y: 196 }, rise: { x: 66, y: 96 }, green: '#59a36f' },
    { tip: { x: 196, y: 196 }, rise: { x: 174, y: 96 }, green: '#59a36f' },
    { tip: { x: 84, y: 84 }, rise: { x: 106, y: 104 }, green: '#59a36f' },
    { tip: { x: 160, y: 82 }, rise: { x: 134, y: 104 }, green: '#59a36f' },
  ];
  const drawn = fronds.map(({ tip, rise, green }) => {
    let leaflets = '';
    for (let step = 3; step <= 19; step++) {
      const t = step / 20;
      const spot = onCurve(root, rise, tip, t);
      const length = 15 * Math.sin(Math.PI * (0.18 + t * 0.78)) + 2;
      for (const side of [-1, 1]) leaflets += `M${at(spot)}L${at(polar(spot, spot.angle + side * 62, length))}`;
    }
    return stroked(leaflets, green, 4.2) + stroked(`M${at(root)}Q${at(rise)} ${at(tip)}`, green, 2.4);
  });
  return drawn.join('') + pot(TERRACOTTA);
}

/** A bent trunk with cushions of needles. */
function juniper(): string {
  const next = repeatable(7);
  const cushion = (center: Point, width: number, height: number) => {
    const puffs: string[] = [];
    for (const [tone, lift, share] of [
      ['#234f3c', 5, 1],
      ['#33694d', 0, 0.92],
      ['#4d8a63', -6, 0.7],
    ] as const) {
      for (let i = -3; i <= 3; i++) {
        const spread = (i / 3) * width * 0.72 * share;
        const rise = (1 - (i / 3) ** 2) * height * 0.42;
        puffs.push(
          ellipse({ x: center.x + spread, y: center.y + lift - rise }, width * 0.3 * share, height * 0.5 * share, tone),
        );
      }
    }
    let needles = '';
    for (let i = 0; i < 26; i++) {
      const spot = {
        x: center.x + (next() - 0.5) * width * 1.6,
        y: center.y - height * 0.2 + (next() - 0.6) * height * 0.9,
      };
      needles += `M${at(spot)}L${at(polar(spot, (next() - 0.5) * 90, 6))}`;
    }
    return puffs.join('') + stroked(needles, '#7db38c', 1.6);
  };
  const trunk =
    'M104 208C100 186 112 176 108 158C104 140 78 136 82 112C84 100 96 92 108 88L112 94C100 100 96 106 96 114C96 130 124 136 126 156C134 146 150 138 166 134L168 140C148 146 134 158 130 172C128 186 136 196 140 208Z';
  return [
    cushion({ x: 62, y: 122 }, 36, 24),
    filled(trunk, '#7a5a43'),
    stroked('M112 202C108 184 118 174 115 158M88 116C92 128 108 134 116 146', '#9b7a5f', 2.6),
    stroked('M134 200C126 184 126 172 138 158', '#5e4433', 2.4),
    cushion({ x: 182, y: 130 }, 40, 24),
    cushion({ x: 124, y: 78 }, 58, 38),
    tray(SLATE),
  ].join('');
}

/** Round leaves on thin stalks. */
function pilea(): string {
  const root: Point = { x: 120, y: 178 };
  const leaves = [
    [60, 96, 21, '#3b7a52'],
    [180, 98, 21, '#3b7a52'],
    [120, 52, 20, '#3b7a52'],
    [38, 140, 18, '#2f6846'],
    [202, 142, 18, '#2f6846'],
    [86, 66, 22, '#4d9466'],
    [156, 64, 22, '#4d9466'],
    [72, 134, 23, '#5aa674'],
    [168, 134, 23, '#5aa674'],
    [120, 96, 26, '#62b07d'],
    [102, 148, 17, '#4d9466'],
    [142, 150, 17, '#71bd8b'],
  ] as const;
  const stalks = leaves.map(([x, y]) => `M${at(root)}Q${at({ x: (120 + x) / 2, y: y + 18 })} ${at({ x, y })}`).join('');
  const coins = leaves.map(([x, y, size, green]) => {
    const tilt = (x - 120) / 5;
    return ellipse({ x, y }, size, size * 0.9, green, tilt) + ellipse({ x, y: y + 3 }, 3.4, 2.6, '#d8ebcf', tilt);
  });
  return stroked(stalks, '#8a7a4c', 2.6) + coins.join('') + pot(BLUSH, { width: 80 });
}

/** Sword-shaped leaves with pale edges and bands. */
function snakePlant(): string {
  const blades = [
    { x: 94, angle: -17, length: 126, bend: -6 },
    { x: 148, angle: 18, length: 120, bend: 6 },
    { x: 108, angle: -6, length: 158, bend: 5 },
    { x: 136, angle: 9, length: 146, bend: -4 },
    { x: 120, angle: 1, length: 128, bend: 8 },
    { x: 102, angle: -12, length: 88, bend: -3 },
    { x: 140, angle: 15, length: 84, bend: 4 },
  ];
  const drawn = blades.map(({ x, angle, length, bend }, index) => {
    const base: Point = { x, y: 180 };
    const [outer, inner] = index % 2 === 0 ? ['#c9cf7a', '#2f6a49'] : ['#d8d88a', '#3d7d57'];
    let bands = '';
    for (let t = 0.16; t < 0.8; t += 0.085) {
      const middle = polar(polar(base, angle, length * t), angle + 90, bend * t * t);
      const half = 8.4 * Math.sin(Math.PI * Math.min(0.94, 0.3 + t * 0.66));
      bands += `M${at(polar(middle, angle - 90, half))}Q${at(polar(middle, angle, 4))} ${at(polar(middle, angle + 90, half))}`;
    }
    return (
      filled(leafPath(base, { angle, length, width: 17, belly: 0.42, bend }), outer) +
      filled(leafPath(base, { angle, length: length - 5, width: 12, belly: 0.42, bend }), inner) +
      stroked(bands, '#83ad7d', 2)
    );
  });
  return drawn.join('') + pot(CREAM, { width: 88, top: 184 });
}

/** Thick leaves on one straight stem, the newest still in its red sheath. */
function rubberTree(): string {
  const leaves = [
    { y: 172, angle: -74, length: 66, green: '#1f4d3a' },
    { y: 164, angle: 76, length: 68, green: '#1f4d3a' },
    { y: 142, angle: -52, length: 78, green: '#28604a' },
    { y: 128, angle: 56, length: 78, green: '#28604a' },
    { y: 104, angle: -34, length: 74, green: '#327257' },
    { y: 90, angle: 40, length: 70, green: '#327257' },
    { y: 68, angle: -14, length: 52, green: '#3f8667' },
  ];
  const drawn = leaves.map(({ y, angle, length, green }) => {
    const stem: Point = { x: 120, y };
    const base = polar(stem, angle, 9);
    const rib = polar(base, angle, length * 0.88);
    return (
      stroked(`M${at(stem)}L${at(base)}`, '#8c4a3c', 3.4) +
      filled(leafPath(base, { angle, length, width: 25, belly: 0.5 }), green) +
      filled(leafPath(base, { angle: angle + 4, length: length * 0.82, width: 9, belly: 0.5 }), '#ffffff12') +
      stroked(`M${at(base)}L${at(rib)}`, '#8fbf9f', 1.8)
    );
  });
  return [
    stroked('M120 180C119 150 121 100 120 62', '#6d5240', 6),
    drawn.join(''),
    filled(leafPath({ x: 121, y: 64 }, { angle: 10, length: 46, width: 6 }), '#b9503f'),
    pot(OCHRE, { width: 82 }),
  ].join('');
}

/** Stacked dotted pads and one flower. */
function pricklyPear(): string {
  const pads = [
    { x: 120, y: 146, rx: 33, ry: 45, angle: 0, green: '#4f9a6d' },
    { x: 84, y: 94, rx: 22, ry: 33, angle: -26, green: '#5fab7b' },
    { x: 158, y: 92, rx: 24, ry: 35, angle: 28, green: '#448a60' },
    { x: 114, y: 74, rx: 18, ry: 27, angle: -2, green: '#6cb988' },
    { x: 62, y: 56, rx: 13, ry: 20, angle: -30, green: '#6cb988' },
    { x: 190, y: 52, rx: 13, ry: 19, angle: 36, green: '#5fab7b' },
  ];
  const drawn = pads.map(({ x, y, rx, ry, angle, green }) => {
    let dots = '';
    for (let row = -2; row <= 2; row++) {
      for (let column = -1; column <= 1; column++) {
        const along = (row / 2.7) * ry;
        const across = ((column + (row % 2 === 0 ? 0 : 0.5)) / 1.9) * rx;
        if ((along / ry) ** 2 + (across / rx) ** 2 > 0.72) continue;
        const spot = polar(polar({ x, y }, angle, along), angle + 90, across);
        dots += `M${at(spot)}h.1`;
      }
    }
    return ellipse({ x, y }, rx, ry, green, angle) + stroked(dots, '#f4ecc8', 3);
  });
  const petals = [-60, -30, 0, 30, 60].map((angle) =>
    filled(leafPath({ x: 112, y: 52 }, { angle, length: 20, width: 8 }), angle === 0 ? '#f6cf4f' : '#eebc33'),
  );
  return drawn.join('') + petals.join('') + pot(TERRACOTTA, { width: 78, top: 188 });
}
