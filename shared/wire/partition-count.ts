/** The most parts of a Redis store. */
export const MAX_PARTITIONS = 4096;

export function isPartitionCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= MAX_PARTITIONS;
}
