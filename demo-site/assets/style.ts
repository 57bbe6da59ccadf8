import { LAYOUT_STYLE } from './layout-style.ts';
import { PAGES_STYLE } from './pages-style.ts';

/** The whole stylesheet: the page around everything, then what is on the pages. */
export const STYLE = LAYOUT_STYLE + PAGES_STYLE;
