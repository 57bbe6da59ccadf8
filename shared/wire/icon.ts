/** The icon of every page of the service. Browsers also request `/favicon.ico` without a link. */
export const ICON_PATHS = ['/favicon.svg', '/favicon.ico'] as const;

/** For the head of a page. A page in a frame needs none: browsers show the icon of the page around it. */
export const ICON_LINK = `<link rel="icon" href="${ICON_PATHS[0]}" type="image/svg+xml">`;
