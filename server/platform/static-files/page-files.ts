/** The bundler's manifest: each chunk of the build by its source. */
type Manifest = Record<string, { file: string; isEntry?: boolean; imports?: string[] }>;

/** Files that a page loads at once; paths are relative to where the build is served. */
interface PageFiles {
  script: string;
  style: string;
  /** Scripts that the first one imports statically; the page preloads them. */
  needs: string[];
}

/**
 * @param manifest JSON
 * @throws Error unless it has exactly one page and one stylesheet
 */
export function pageFiles(manifest: string): PageFiles {
  const chunks = JSON.parse(manifest) as Manifest;
  const all = Object.entries(chunks);
  const script = only(all.filter(([, { isEntry }]) => isEntry).map(([name]) => name));
  const style = only(all.map(([, { file }]) => file).filter((file) => file.endsWith('.css')));
  const [first = '', ...needs] = filesOf(chunks, script);
  return { script: first, style, needs };
}

/** The file of a source and its static imports. */
export function filesLoadedWith(manifest: string, source: string): string[] {
  return filesOf(JSON.parse(manifest) as Manifest, source);
}

function filesOf(chunks: Manifest, source: string): string[] {
  const seen = new Set([source]);
  for (const name of seen) for (const further of chunks[name]?.imports ?? []) seen.add(further);
  return [...seen].map((name) => {
    const chunk = chunks[name];
    if (!chunk) throw new Error(`The build has no ${name}.`);
    return chunk.file;
  });
}

function only(found: string[]): string {
  const [one, ...others] = found;
  if (one === undefined || others.length > 0)
    throw new Error('The build has not exactly one script and one stylesheet.');
  return one;
}
