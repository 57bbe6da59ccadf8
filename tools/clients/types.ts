import type { ApiDocument, Schema } from './schema.ts';

/** `map`: an object whose names the document does not say. */
export type Scalar = 'text' | 'integer' | 'flag' | 'map';

export type Type =
  | { readonly kind: Scalar }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'object'; readonly name: string };

export interface Member {
  readonly name: string;
  readonly type: Type;
  /** May be left out, or is null. */
  readonly isOptional: boolean;
  /** Is there, and may be null. */
  readonly isNullable: boolean;
  readonly doc: string;
}

export interface ObjectType {
  /** Begins with the name of `parent`, where there is one. */
  readonly name: string;
  /** The type that a type without a name of its own is a part of. */
  readonly parent: string | undefined;
  readonly doc: string;
  readonly members: readonly Member[];
}

const SCALARS: Readonly<Record<string, Scalar>> = {
  string: 'text',
  integer: 'integer',
  boolean: 'flag',
  object: 'map',
};

/** Collects the types of responses, each under its own name. An object without a name in the document is called after its member. */
export class TypeReader {
  readonly #schemas: ApiDocument['components']['schemas'];
  readonly #types = new Map<string, ObjectType>();

  constructor(document: ApiDocument) {
    this.#schemas = document.components.schemas;
  }

  /** In alphabetical order. */
  get types(): ObjectType[] {
    return [...this.#types.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The schema with its reference followed. */
  resolve(schema: Schema): Schema {
    const name = componentName(schema);
    if (name === undefined) return schema;
    const component = this.#schemas[name];
    if (component === undefined) throw new Error(`The document has no schema ${name}.`);
    return component;
  }

  /** @param name for an object that the document gives none */
  read(schema: Schema, name: string, parent?: string): Type {
    const component = componentName(schema);
    if (component !== undefined) return this.read(this.resolve(schema), component);
    const alternatives = alternativesOf(schema);
    const [only] = alternatives;
    if (alternatives.length === 1 && only) return this.read(only, name, parent);
    if (alternatives.length > 0 && alternatives.every((one) => this.resolve(one).properties !== undefined)) {
      return this.#addObject({ name, parent, doc: schema.description ?? '' }, alternatives);
    }
    if (schema.properties) return this.#addObject({ name, parent, doc: schema.description ?? '' }, [schema]);
    if (schema.items) return { kind: 'list', of: this.read(schema.items, singular(name), parent) };
    return { kind: scalarOf(only ?? schema, name) };
  }

  /** One type for all alternatives: a member that is not in each of them is optional. */
  #addObject(type: Omit<ObjectType, 'members'>, alternatives: readonly Schema[]): Type {
    const { name } = type;
    const known: Type = { kind: 'object', name };
    if (this.#types.has(name)) return known;
    // Before its members are read, since one of them may be of the same type.
    this.#types.set(name, { ...type, members: [] });
    const members = this.membersOf(alternatives).map(
      ({ schema, ...member }): Member => ({ ...member, type: this.read(schema, name + capital(member.name), name) }),
    );
    this.#types.set(name, { ...type, members });
    return known;
  }

  /** The members of an object, or of all alternatives together. */
  membersOf(alternatives: readonly Schema[]): (Omit<Member, 'type'> & { schema: Schema })[] {
    const all = alternatives.map((one) => this.resolve(one));
    const names = new Set(all.flatMap(({ properties = {} }) => Object.keys(properties)));
    return [...names].map((name) => {
      const schema = mergeEnums(all.flatMap(({ properties }) => properties?.[name] ?? []));
      const isRequired = all.every(({ required }) => required?.includes(name));
      const isNullable = acceptsNull(schema) || acceptsNull(this.resolve(schema));
      const doc = docOf(schema, this.resolve(schema));
      return { name, schema, isOptional: !isRequired || isNullable, isNullable: isRequired && isNullable, doc };
    });
  }
}

/** The first of them; where each lists its values, with all of these. */
function mergeEnums(schemas: readonly Schema[]): Schema {
  const [first = {}] = schemas;
  if (schemas.some((one) => one.enum === undefined)) return first;
  return { ...first, enum: [...new Set(schemas.flatMap((one) => one.enum ?? []))] };
}

/** The alternatives of a union but for null; none for what is no union. */
export function alternativesOf(schema: Schema): readonly Schema[] {
  return (schema.oneOf ?? schema.anyOf ?? []).filter(({ type }) => type !== 'null');
}

function acceptsNull(schema: Schema): boolean {
  const { type, oneOf, anyOf } = schema;
  return (Array.isArray(type) && type.includes('null')) || (oneOf ?? anyOf ?? []).some((one) => one.type === 'null');
}

function componentName({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1);
}

function scalarOf({ type, enum: values }: Schema, name: string): Scalar {
  const [json = ''] = [type ?? []].flat().filter((one) => one !== 'null');
  const scalar = json === 'number' && values?.every(Number.isInteger) ? 'integer' : SCALARS[json];
  if (scalar === undefined) throw new Error(`The generator knows no type for ${name}.`);
  return scalar;
}

/** What the document says of a member, and its values where they are few. */
function docOf(schema: Schema, resolved: Schema): string {
  const doc = schema.description ?? resolved.description ?? '';
  const list = alternativesOf(schema).length > 0 ? undefined : (schema.items ?? schema).enum;
  const values = (list ?? []).filter((value) => typeof value === 'string');
  const isListed = values.length > 0 && values.length <= 8 && !values.every((value) => doc.includes(`\`${value}\``));
  return isListed ? `${doc} One of ${values.map((value) => `\`${value}\``).join(', ')}.`.trim() : doc;
}

export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function singular(name: string): string {
  return name.replace(/s$/, '');
}
