/** Begins the last line of a backup that the service could not complete; a problem follows as JSON. */
export const BROKEN_OFF = '! ';

/** The last line of a complete backup: a checksum, and the number of lines before it. */
export const LAST_LINE = /^[\w-]{22} \{"end":(\d+)\}$/;
