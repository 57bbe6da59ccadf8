/**
 * Whether the service shows its frame to this page. The build puts the service's answer here, `/widget/v1/allowed.mjs`;
 * a page of the service itself, which bundles this file, gets no better one.
 */
export default true;
