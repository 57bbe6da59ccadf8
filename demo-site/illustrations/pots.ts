import { ellipse, filled, stroked } from './draw.ts';

interface Glaze {
  body: string;
  shade: string;
  rim: string;
}

export const TERRACOTTA: Glaze = { body: '#c9744e', shade: '#b4623e', rim: '#d88a66' };
export const CREAM: Glaze = { body: '#efe6d4', shade: '#d9cdb6', rim: '#f9f3e6' };
export const SLATE: Glaze = { body: '#5b7480', shade: '#4a616c', rim: '#71909d' };
export const OCHRE: Glaze = { body: '#d9a441', shade: '#c08d2f', rim: '#e7ba63' };
export const BLUSH: Glaze = { body: '#e0a899', shade: '#cd9182', rim: '#edbdb0' };

/** Stands at y 250 on a canvas of 240 by 260. The soil is an ellipse around (120, top). */
export function pot({ body, shade, rim }: Glaze, { top = 180, width = 84 } = {}): string {
  const half = width / 2;
  const foot = half * 0.72;
  const [left, right] = [120 - half, 120 + half];
  return [
    ellipse({ x: 120, y: 250 }, foot + 16, 5, '#00000014'),
    filled(
      `M${left + 3} ${top}L${120 - foot} 244Q${120 - foot} 250 ${120 - foot + 7} 250H${120 + foot - 7}Q${120 + foot} 250 ${120 + foot} 244L${right - 3} ${top}Z`,
      body,
    ),
    filled(
      `M${120 + half * 0.3} ${top}L${120 + foot * 0.34} 250H${120 + foot - 7}Q${120 + foot} 250 ${120 + foot} 244L${right - 3} ${top}Z`,
      shade,
    ),
    filled(
      `M${left - 3} ${top - 6}Q${left - 3} ${top - 10} ${left + 1} ${top - 10}H${right - 1}Q${right + 3} ${top - 10} ${right + 3} ${top - 6}V${top + 8}Q${right + 3} ${top + 11} ${right} ${top + 11}H${left}Q${left - 3} ${top + 11} ${left - 3} ${top + 8}Z`,
      rim,
    ),
    ellipse({ x: 120, y: top - 9 }, half - 1, 5, '#4a3628'),
  ].join('');
}

/** A bonsai's shallow tray. */
export function tray({ body, shade, rim }: Glaze): string {
  return [
    ellipse({ x: 120, y: 250 }, 74, 5, '#00000014'),
    filled('M60 250L64 240H84L82 250ZM158 250L156 240H176L180 250Z', shade),
    filled('M50 214H190L180 240Q179 243 174 243H66Q61 243 60 240Z', body),
    filled('M142 214H190L180 240Q179 243 174 243H136Z', shade),
    filled('M46 210Q46 206 50 206H190Q194 206 194 210V216Q194 219 191 219H49Q46 219 46 216Z', rim),
    ellipse({ x: 120, y: 207 }, 68, 5, '#5d6b3c'),
    stroked('M62 206q4 -5 9 0M80 205q5 -6 11 0M150 205q5 -5 10 0M164 206q4 -4 8 0', '#75864b', 4),
  ].join('');
}
