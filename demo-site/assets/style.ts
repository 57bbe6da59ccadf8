import { LAYOUT_STYLE } from './layout-style.ts';
import { ORDERS_STYLE } from './orders-style.ts';
import { PAGES_STYLE } from './pages-style.ts';

/** The whole stylesheet: the page around everything, then what is on the pages. */
export const STYLE = LAYOUT_STYLE + ORDERS_STYLE + PAGES_STYLE;
