/** How many objects of a list are looked at to count it. */
export const MAX_COUNTED = 10_000;
