import { LAYOUT_STYLE } from './layout-style.ts';
import { ORDERS_STYLE } from './orders-style.ts';
import { PAGES_STYLE } from './pages-style.ts';

/** The whole stylesheet: layout, orders and pages. */
export const STYLE = LAYOUT_STYLE + ORDERS_STYLE + PAGES_STYLE;
