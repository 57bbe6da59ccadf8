import { constants, readFileSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CodedError } from '@countersign/protocol/coded-error';
import ipaddr from 'ipaddr.js';
import { Reader, type Response } from 'maxmind';
import { canonicalAddress } from '../../kernel/addresses.ts';
import type { GeoLookup } from '../../kernel/ports/geo-lookup.ts';
import { DAY_MS } from '../../kernel/time.ts';

/** Public-domain country data for both address families, in one file of 8 MB, from a dependency. */
const DEFAULT_DATA = '@ip-location-db/geo-whois-asn-country-mmdb';
const DEFAULT_FILE = 'geo-whois-asn-country.mmdb';

/** Address blocks change hands: past this age a filter by country refuses users whom it should let in. */
const MAX_AGE_MS = 183 * DAY_MS;

export interface CountryData {
  readonly file: string;
  /** In ms since the epoch. */
  readonly builtAt: number;
}

export function isOld({ builtAt }: Pick<CountryData, 'builtAt'>, now: number): boolean {
  return now - builtAt > MAX_AGE_MS;
}

/** The country data cannot be read, or is no database. */
export class GeoDataUnusable extends CodedError {
  readonly code = 'GEO_DATA_UNUSABLE';
}

/**
 * Opens a country database in MaxMind format, from ip-location-db (`country_code`) or from MaxMind and similar sources
 * (`country.iso_code`).
 *
 * Addresses that are not public (private, loopback, link-local, carrier-grade NAT, tunnels and the like) have no
 * country whatever the data contains, nor does an invalid address.
 *
 * The data that comes with the service is read at the first lookup, because most services have no filter by country; it
 * takes 7 ms then.
 *
 * @param path Default: the data that comes with the service.
 * @param onRead called once when the data is read
 * @throws {Error} if the file is missing or not such a database; the message names it.
 */
export async function openGeoLookup(path?: string, onRead?: (data: CountryData) => void): Promise<GeoLookup> {
  const file = path ?? defaultPath();
  let read: Reader<Response> | undefined;
  const use = (bytes: Buffer) => {
    read = new Reader<Response>(bytes);
    onRead?.({ file, builtAt: read.metadata.buildEpoch.getTime() });
    return read;
  };
  const reader = () => read ?? use(readFileSync(file));
  try {
    if (path === undefined) await access(file, constants.R_OK);
    else use(await readFile(path));
  } catch (error) {
    throw new GeoDataUnusable(`the geo database ${file} cannot be read`, { cause: error });
  }
  return {
    country(address) {
      const canonical = canonicalAddress(address);
      if (canonical === undefined || ipaddr.parse(canonical).range() !== 'unicast') return undefined;
      return countryOf(reader().get(canonical));
    },
    builtAt: () => reader().metadata.buildEpoch.getTime(),
  };
}

function defaultPath(): string {
  const manifest = createRequire(import.meta.url).resolve(`${DEFAULT_DATA}/package.json`);
  return join(dirname(manifest), DEFAULT_FILE);
}

function countryOf(record: unknown): string | undefined {
  const code = field(record, 'country_code') ?? field(field(record, 'country'), 'iso_code');
  // ZZ means "unknown" in several sources.
  return typeof code === 'string' && /^[A-Z]{2}$/.test(code) && code !== 'ZZ' ? code : undefined;
}

function field(record: unknown, name: string): unknown {
  return typeof record === 'object' && record !== null ? Reflect.get(record, name) : undefined;
}
