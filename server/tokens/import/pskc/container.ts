import { IMPORT_MAX_ROWS, type ImportFlaw } from '@countersign/protocol/token-import';
import { flawOf, ImportError } from '../import-file.ts';
import {
  keyOf,
  kindOf,
  PIN,
  type PskcKey,
  readKeyPackage,
  readPin,
  type SeedAsGiven,
  serialOf,
} from './key-package.ts';
import { type MacMethod, type Protection, readMacMethod, readProtection } from './protection.ts';
import { isElement, type XmlElement, XmlReader } from './xml.ts';

/** A key container (RFC 6030 section 4) as written, still encrypted. */
export interface PskcContainer {
  protection?: Protection;
  mac?: MacMethod;
  packages: PskcPackage[];
  /** There is a signature, which is not checked. */
  signed: boolean;
  /** The number of PINs. */
  pins: number;
  /** The readable PINs, by the ids of their keys; undefined if several share one. */
  pinKeys: Map<string, SeedAsGiven | undefined>;
}

export interface PskcPackage {
  line: number;
  serial?: string;
  outcome: { read: PskcKey } | { flaw: ImportFlaw };
}

/**
 * Reads a container piece by piece, so that the caller can pause for other work in between.
 *
 * @param now of StartDate and ExpiryDate
 */
export class ContainerReader {
  readonly #container: PskcContainer = { packages: [], signed: false, pins: 0, pinKeys: new Map() };
  readonly #reader: XmlReader;
  readonly #now: number;

  constructor(now: number) {
    this.#now = now;
    this.#reader = new XmlReader(validateRoot, (part) => this.#take(part));
  }

  /** @throws ImportError */
  write(piece: string): void {
    this.#reader.write(piece);
  }

  /** @throws ImportError */
  end(): PskcContainer {
    this.#reader.end();
    const { protection, mac, packages, pins } = this.#container;
    if (packages.length + pins === 0) throw new ImportError('FILE_EMPTY');
    if (mac && !protection) throw new ImportError('PSKC_STRUCTURE');
    return this.#container;
  }

  #take(part: XmlElement): void {
    const container = this.#container;
    if (isElement(part, 'KeyPackage', 'pskc')) this.#takePackage(part);
    else if (isElement(part, 'EncryptionKey', 'pskc')) {
      if (container.protection) throw new ImportError('PSKC_STRUCTURE');
      container.protection = readProtection(part);
    } else if (isElement(part, 'MACMethod', 'pskc')) {
      if (container.mac) throw new ImportError('PSKC_STRUCTURE');
      container.mac = readMacMethod(part);
    } else if (isElement(part, 'Signature', 'pskc', 'ds')) container.signed = true;
    else if (!isElement(part, 'Extensions', 'pskc')) throw new ImportError('PSKC_STRUCTURE');
  }

  #takePackage(part: XmlElement): void {
    const { packages } = this.#container;
    if (packages.length + this.#container.pins >= IMPORT_MAX_ROWS) throw new ImportError('TOO_MANY_ROWS');
    const kind = flawOf(() => kindOf(keyOf(part)));
    if ('read' in kind && kind.read === PIN) {
      this.#takePin(part);
      return;
    }
    const serial = flawOf(() => serialOf(part));
    const named = 'read' in serial && serial.read !== undefined ? { serial: serial.read } : {};
    packages.push({ line: part.line, ...named, outcome: flawOf(() => readKeyPackage(part, this.#now)) });
  }

  #takePin(part: XmlElement): void {
    this.#container.pins += 1;
    const pin = flawOf(() => readPin(part));
    if (!('read' in pin) || pin.read.id === undefined) return;
    const { pinKeys } = this.#container;
    const { id, seed } = pin.read;
    pinKeys.set(id, pinKeys.has(id) ? undefined : seed);
  }
}

function validateRoot(root: XmlElement): void {
  if (!isElement(root, 'KeyContainer', 'pskc')) throw new ImportError('PSKC_UNKNOWN');
  // RFC 6030 section 1.2: a higher minor version is the same language with additions.
  if (!/^0*1\.[0-9]{1,3}$/.test(root.attributes.get('Version') ?? '')) throw new ImportError('PSKC_UNKNOWN');
}
