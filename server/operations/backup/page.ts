/** Records that one turn of the event loop reads and writes: some milliseconds. */
export const PAGE = 250;
