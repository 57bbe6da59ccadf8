import type { Manifest } from './service-files.ts';

/** Where the source code is: `repository` of the project's package.json, from which every package has it. */
export interface Addresses {
  /** For people: `https://git.example/owner/countersign`. */
  readonly web: string;
  /** For git: the same with `.git`. */
  readonly git: string;
}

export const REPOSITORY_SETTING =
  'set repository in package.json to { "type": "git", "url": "git+https://HOST/OWNER/NAME.git" }';

/**
 * Undefined until the project has an address: then no package names one.
 *
 * @throws Error if the setting is no such address
 */
export function addressesOf({ repository }: Pick<Manifest, 'repository'>): Addresses | undefined {
  if (repository === undefined) return undefined;
  const [, web] = /^git\+(https:\/\/[a-z0-9.-]+\/[\w.-]+\/[\w.-]+)\.git$/.exec(repository.url) ?? [];
  if (repository.type !== 'git' || web === undefined) throw new Error(`To publish, ${REPOSITORY_SETTING}.`);
  return { web, git: `${web}.git` };
}

/** Maven Central demands url, scm and developers beside the license. */
export function pomWithAddresses(pom: string, addresses: Addresses | undefined): string {
  if (!addresses) return pom;
  const { web, git } = addresses;
  const added = `  </licenses>
  <url>${web}</url>
  <scm>
    <connection>scm:git:${git}</connection>
    <developerConnection>scm:git:${git}</developerConnection>
    <url>${web}</url>
  </scm>
  <developers>
    <developer>
      <name>The contributors of Countersign</name>
      <organization>Countersign</organization>
      <organizationUrl>${web}</organizationUrl>
    </developer>
  </developers>
`;
  return replaceOnce(pom, '  </licenses>\n', added);
}

/** What PyPI shows beside a package. */
export function pyprojectWithAddresses(pyproject: string, addresses: Addresses | undefined): string {
  if (!addresses) return pyproject;
  const { web } = addresses;
  const urls = `[project.urls]\nRepository = "${web}"\nIssues = "${web}/issues"\n\n[build-system]\n`;
  return replaceOnce(pyproject, '[build-system]\n', urls);
}

/** What Packagist shows beside a package. */
export function composerWithAddresses<M extends object>(manifest: M, addresses: Addresses | undefined): object {
  if (!addresses) return manifest;
  const { web } = addresses;
  return { ...manifest, homepage: web, support: { source: web, issues: `${web}/issues` } };
}

function replaceOnce(text: string, part: string, by: string): string {
  if (text.split(part).length !== 2) throw new Error(`a manifest has not exactly one ${part.trim()}`);
  return text.replace(part, () => by);
}
