/**
 * The key under which a browser stores the chosen colour scheme of the console: `light` or `dark`; absent: the
 * system's.
 */
export const THEME_KEY = 'countersign-theme';
