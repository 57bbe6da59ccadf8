/** The form of documents that this version knows. Raised with a change that an older version cannot use. */
export const SHAPE_VERSION = 1;

/**
 * The oldest form whose versions can use everything that this one writes. They may run beside it, and be started again in
 * its place. Raised only in a version that is allowed to end that.
 */
export const COMPATIBLE_SHAPE = 1;
