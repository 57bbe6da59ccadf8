/** Under this key a browser keeps which scheme somebody has chosen for the console: `light` or `dark`; none: the system's. */
export const THEME_KEY = 'countersign-theme';
