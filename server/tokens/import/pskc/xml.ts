import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from '@rubensworks/saxes';
import { ImportError } from '../import-file.ts';

export const NAMESPACES = {
  pskc: 'urn:ietf:params:xml:ns:keyprov:pskc',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  xenc: 'http://www.w3.org/2001/04/xmlenc#',
  xenc11: 'http://www.w3.org/2009/xmlenc11#',
  pkcs5: 'http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#',
} as const;
export type Namespace = keyof typeof NAMESPACES;

/** A complete element. Attributes of other namespaces are dropped. */
export interface XmlElement {
  uri: string;
  name: string;
  /** The line where its tag ends. */
  line: number;
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  text: string;
  /** Its content includes a comment or a CDATA section. */
  interrupted: boolean;
}

/** More than any key container needs. */
const MAX_ELEMENT_DEPTH = 24;
const MAX_ATTRIBUTES = 24;
const MAX_ATTRIBUTE_LENGTH = 2048;
const MAX_ELEMENT_TEXT = 65_536;
const MAX_ELEMENTS_IN_A_PART = 500;

/**
 * Reads XML piece by piece and returns each part of the root once it is complete; at most one part is in memory. Only
 * the five entities of XML are known and nothing is ever fetched; a DOCTYPE or a processing instruction ends the
 * reading.
 */
export class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: true, position: true });
  readonly #open: XmlElement[] = [];
  readonly #onRoot: (root: XmlElement) => void;
  readonly #onPart: (part: XmlElement) => void;
  #elements = 0;
  #attributes = 0;

  constructor(onRoot: (root: XmlElement) => void, onPart: (part: XmlElement) => void) {
    this.#onRoot = onRoot;
    this.#onPart = onPart;
    const refuse = (flaw: ImportError['code']) => () => {
      throw new ImportError(flaw);
    };
    this.#parser.on('error', refuse('XML_MALFORMED'));
    this.#parser.on('doctype', refuse('XML_DOCTYPE'));
    this.#parser.on('processinginstruction', refuse('XML_DOCTYPE'));
    this.#parser.on('xmldecl', ({ version, encoding = 'UTF-8' }) => {
      if (version !== '1.0') throw new ImportError('XML_MALFORMED');
      if (!/^(?:utf-8|us-ascii)$/i.test(encoding)) throw new ImportError('NOT_UTF8');
    });
    this.#parser.on('opentagstart', () => {
      this.#attributes = 0;
    });
    this.#parser.on('attribute', ({ value }) => {
      this.#attributes += 1;
      if (this.#attributes > MAX_ATTRIBUTES || value.length > MAX_ATTRIBUTE_LENGTH)
        throw new ImportError('XML_OUT_OF_BOUNDS');
    });
    this.#parser.on('opentag', (tag) => this.#begin(tag));
    this.#parser.on('closetag', () => this.#end());
    this.#parser.on('text', (text) => this.#addText(text));
    this.#parser.on('comment', () => this.#interrupt());
    this.#parser.on('cdata', () => this.#interrupt());
  }

  /** @throws ImportError */
  write(piece: string): void {
    this.#parser.write(piece);
  }

  /** @throws ImportError if the document has not ended */
  end(): void {
    this.#parser.close();
  }

  #begin({ uri, local, attributes }: SaxesTagNS): void {
    const element: XmlElement = {
      uri,
      name: local,
      line: this.#parser.line,
      attributes: new Map(
        Object.values(attributes)
          .filter(isPlain)
          .map((one) => [one.local, one.value]),
      ),
      children: [],
      text: '',
      interrupted: false,
    };
    if (this.#open.length >= MAX_ELEMENT_DEPTH) throw new ImportError('XML_OUT_OF_BOUNDS');
    if (this.#open.length === 1) this.#elements = 0;
    this.#elements += 1;
    if (this.#elements > MAX_ELEMENTS_IN_A_PART) throw new ImportError('XML_OUT_OF_BOUNDS');
    if (this.#open.length === 0) this.#onRoot(element);
    if (this.#open.length > 1) this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
  }

  #end(): void {
    const element = this.#open.pop();
    if (element && this.#open.length === 1) this.#onPart(element);
  }

  #addText(text: string): void {
    const element = this.#open.at(-1);
    if (!element) return;
    // Between the parts of the root there is only space, which is not stored.
    if (this.#open.length === 1 && isSpace(text)) return;
    if (element.text.length + text.length > MAX_ELEMENT_TEXT) throw new ImportError('XML_OUT_OF_BOUNDS');
    element.text += text;
  }

  #interrupt(): void {
    const element = this.#open.at(-1);
    if (element) element.interrupted = true;
  }
}

function isPlain({ uri }: SaxesAttributeNS): boolean {
  return uri === '';
}

function isSpace(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** Whether the element has this name in one of these namespaces. */
export function isElement(element: XmlElement, name: string, ...namespaces: Namespace[]): boolean {
  return element.name === name && namespaces.some((namespace) => NAMESPACES[namespace] === element.uri);
}

/**
 * The only child of this name, or undefined.
 *
 * @throws ImportError if there are several: parsers differ in which one they use
 */
export function childOf(element: XmlElement, name: string, ...namespaces: Namespace[]): XmlElement | undefined {
  const found = element.children.filter((child) => isElement(child, name, ...namespaces));
  if (found.length > 1) throw new ImportError('PSKC_STRUCTURE');
  return found[0];
}

/** The same for a required child. */
export function neededChild(element: XmlElement, name: string, ...namespaces: Namespace[]): XmlElement {
  const child = childOf(element, name, ...namespaces);
  if (!child) throw new ImportError('PSKC_STRUCTURE');
  return child;
}

/**
 * The text of an element without child elements, trimmed. A comment or CDATA section inside is refused: parsers differ
 * in how they read it.
 */
export function textOf(element: XmlElement): string {
  if (element.interrupted || element.children.length > 0) throw new ImportError('PSKC_STRUCTURE');
  return element.text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');
}

/** The text of a child, or undefined if there is none or it is empty. */
export function textOfChild(element: XmlElement, name: string, ...namespaces: Namespace[]): string | undefined {
  const child = childOf(element, name, ...namespaces);
  const text = child && textOf(child);
  return text === '' ? undefined : text;
}
