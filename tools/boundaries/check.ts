import { posix } from 'node:path';
import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';
import { cyclesIn, measureFolders } from '../structure/folders.ts';
import { folderProblem, LAYERS, type Layer, type LayerName, layerOf } from './layers.ts';
import { type ClassifiedFile, natureProblems, naturesOf } from './nature.ts';
import { type Packages, packageName, readWorkspaces } from './packages.ts';
import { parseSourceFile, type Reference, SOURCE_FILE, type SourceFile } from './source-file.ts';

const MAX_LINES = 400;
/** The one file that makes routes. */
const ROUTE_FILE = 'server/http/api/route.ts';

interface BoundaryReport {
  readonly files: number;
  readonly references: number;
  readonly findings: readonly Finding[];
}

/** Checks layout, layering, purity, cycles, file sizes and silenced tests of the project under `root`. */
export function checkBoundaries(root: string): BoundaryReport {
  const paths = listProjectFiles(root);
  const known = new Set(paths);
  const workspaces = readWorkspaces(root, paths);
  const findings: Finding[] = [];
  const graph = new Map<string, Set<string>>();
  const checked = new Map<string, ClassifiedFile>();
  let references = 0;

  for (const path of paths) {
    const problem = folderProblem(path);
    if (problem !== undefined) findings.push({ path, problem });
  }
  for (const path of paths.filter((candidate) => SOURCE_FILE.test(candidate))) {
    const file = parseSourceFile(path, readProjectFile(root, path));
    const problems = [...shapeProblems(file)];
    const layer = layerOf(path);
    if (typeof layer !== 'string') {
      if (folderProblem(path) === undefined) problems.push(layer.problem);
    } else {
      const targets = new Set<string>();
      const takesFrom = new Set<string>();
      graph.set(path, targets);
      checked.set(path, { file, layer, takesFrom, names: targets });
      problems.push(...purityProblems(file, LAYERS[layer]), ...routeProblems(file, layer));
      for (const reference of file.references) {
        references += 1;
        const ours = workspaces.fileOf(reference.specifier);
        if (!/^\.{1,2}(?:\/|$)/.test(reference.specifier)) {
          problems.push(...packageProblems(reference, layer, workspaces.packagesOf(path), ours));
          if (ours === undefined) continue;
        }
        const target = ours ?? resolve(path, reference.specifier, known);
        if (target === undefined) {
          // Build output does not exist before the build; only code that runs after it may name it.
          const output = /(?:^|\/)dist\//.test(reference.specifier);
          if (!(output && isFree(layer))) problems.push(`${reference.specifier} leads to no file of the project`);
          continue;
        }
        targets.add(target);
        if (!reference.typeOnly) takesFrom.add(target);
        problems.push(...layerProblems(layer, reference, target));
      }
    }
    for (const problem of problems) findings.push({ path, problem });
  }
  for (const [path, nature] of naturesOf(checked)) {
    const file = checked.get(path);
    if (file) for (const problem of natureProblems(file, nature)) findings.push({ path, problem });
  }
  for (const cycle of cyclesIn(graph)) {
    findings.push({ path: cycle[0] ?? '', problem: `imports run in a circle: ${cycle.join(', ')}` });
  }
  // Tests may import any folder.
  const product = [...checked].filter(([, { layer }]) => layer !== 'tests');
  const { circles } = measureFolders({
    root,
    files: new Map(product.map(([path, { file }]) => [path, file])),
    resolve: (from, specifier) => (specifier.startsWith('.') ? resolve(from, specifier, known) : undefined),
  });
  for (const circle of circles) {
    findings.push({ path: circle[0] ?? '', problem: `folders import one another in a circle: ${circle.join(', ')}` });
  }
  return { files: graph.size, references, findings };
}

function isFree(layer: LayerName): boolean {
  const rules: Layer = LAYERS[layer];
  return rules.free === true;
}

function* shapeProblems(file: SourceFile): Generator<string> {
  if (file.lines > MAX_LINES) yield `${file.lines} lines; split what has more than ${MAX_LINES}`;
  if (/\.(?:test|spec)\.[jt]sx?$/.test(file.path)) {
    for (const name of file.muted) yield `${name} keeps tests from running`;
  }
  if (/\.spec\.[jt]sx?$/.test(file.path)) yield 'no test project runs .spec files; call it .test.ts';
}

function* purityProblems(file: SourceFile, rules: Layer): Generator<string> {
  if (rules.free) return;
  if (file.computedImports > 0) yield 'imports a computed name, which cannot be checked';
  if (!rules.noAmbient) return;
  for (const name of file.ambient) yield `uses ${name}; take it as an argument`;
}

/** A route that is made in another way would have no authorization of its own. */
function* routeProblems(file: SourceFile, layer: LayerName): Generator<string> {
  if (isFree(layer) || file.path === ROUTE_FILE) return;
  for (const { specifier, typeOnly, names } of file.references) {
    if (typeOnly) continue;
    const takes = (name: string) => names?.includes(name) ?? true;
    if (specifier === '@hono/zod-openapi' && takes('createRoute')) {
      yield `createRoute makes a route that anyone may call; declare it with route() of ${ROUTE_FILE}`;
    }
    // Pages and files are for everyone; nothing else of a feature is.
    if (layer === 'features' && specifier === 'hono' && takes('Hono') && !/\/pages?\//.test(file.path)) {
      yield `makes a router of its own; declare its routes with route() or internalRoute() of ${ROUTE_FILE}`;
    }
  }
}

function* layerProblems(from: LayerName, reference: Reference, target: string): Generator<string> {
  // Every layer may read the version of the product.
  if (target === 'package.json') return;
  const to = layerOf(target);
  const rules: Layer = LAYERS[from];
  if (typeof to !== 'string' || to === from || rules.free) return;
  if (rules.layers.includes(to)) return;
  if (rules.types?.includes(to)) {
    if (!reference.typeOnly) yield `takes running code from ${target}; ${from} may name only the types of ${to}`;
    return;
  }
  yield `${from} may not know ${to} (${target})`;
}

function* packageProblems(
  reference: Reference,
  from: LayerName,
  packages: Packages,
  ours: string | undefined,
): Generator<string> {
  const rules: Layer = LAYERS[from];
  const name = packageName(reference.specifier);
  if (ours !== undefined) {
    if (!(rules.free ? packages.declared : packages.bundled).has(name)) yield `${name} is not in package.json here`;
    return;
  }
  if (!matches(rules.packages, name, packages)) {
    yield rules.packages === 'shipped' || rules.packages === 'declared'
      ? `${name} is not in the ${rules.packages === 'shipped' ? 'dependencies' : 'lists'} of package.json`
      : `${from} may not use ${name}`;
    return;
  }
  if (rules.notPackages?.includes(name)) yield `${name} stands behind a port; ${from} may not use it`;
}

function matches(allowed: Layer['packages'], name: string, packages: Packages): boolean {
  if (typeof allowed !== 'string') {
    return allowed.some((entry) => (entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : entry === name));
  }
  return name.startsWith('node:') || packages[allowed].has(name);
}

function resolve(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  const target = posix.normalize(posix.join(posix.dirname(from), specifier));
  const candidates = [target, `${target}.ts`, `${target}.tsx`, `${target}/index.ts`, target.replace(/\.js$/, '.ts')];
  return candidates.find((candidate) => known.has(candidate));
}
