/** Country of an address, ISO 3166-1 alpha-2 in upper case; undefined if unknown. */
export interface GeoLookup {
  country(address: string): string | undefined;
  /** When the data was made, in ms since the epoch. */
  builtAt(): number;
}
