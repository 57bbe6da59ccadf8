import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProbe } from '../prepare/probe.ts';
import { findPython, JAR_FOLDER, PYTHON_PACKERS, SHORT_LIVED_JVM } from '../prepare/programs.ts';
import { addressesOf, composerWithAddresses, pomWithAddresses, pyprojectWithAddresses } from './addresses.ts';
import { type Packing, writeZip } from './archives.ts';
import { copyFiles, filesUnder, readManifest, writeJson, writeText } from './service-files.ts';

/** The wheel and the source distribution. */
export function packPython({ root, work, out, seconds }: Packing): void {
  const library = join(root, 'clients/python');
  const sources = filesUnder(library, 'src').filter((path) => !path.includes('__pycache__'));
  copyFiles(library, [...sources, 'LICENSE', 'README.md'], work);
  const pyproject = readFileSync(join(library, 'pyproject.toml'), 'utf8');
  writeText(join(work, 'pyproject.toml'), pyprojectWithAddresses(pyproject, addressesOf(readManifest(root, '.'))));
  execFileSync(findPython(runProbe, PYTHON_PACKERS), ['-m', 'hatchling', 'build', '-d', out], {
    cwd: work,
    env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds), PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'pipe',
  });
}

/** The ZIP file that Composer takes from a folder of artifacts, which has to name its version. */
export function packPhp({ root, work, out, version, seconds }: Packing): void {
  const library = join(root, 'clients/php');
  copyFiles(library, [...filesUnder(library, 'src'), 'autoload.php', 'LICENSE', 'README.md'], work);
  const manifest = JSON.parse(readFileSync(join(library, 'composer.json'), 'utf8')) as object;
  const addresses = addressesOf(readManifest(root, '.'));
  writeJson(join(work, 'composer.json'), { ...composerWithAddresses(manifest, addresses), version });
  writeZip(work, join(out, `countersign-client-php-${version}.zip`), seconds);
}

/** What a Maven repository holds of each module: the JAR file, those of sources and documentation, and the POM. */
export function packJava(packing: Packing): void {
  const library = join(packing.root, 'clients/java');
  const jackson = ['jackson-core', 'jackson-databind', 'jackson-annotations'].map(jar);
  const classes = packModule(packing, { module: 'client', folder: library, classPath: jackson });
  const servlet = [...jackson, classes, jar('tomcat10-servlet-api')];
  packModule(packing, { module: 'servlet', folder: join(library, 'servlet'), classPath: servlet });
}

const jar = (name: string) => join(JAR_FOLDER, `${name}.jar`);

/** Returns the folder of its classes. */
function packModule(
  { root, work, out, version, seconds }: Packing,
  { module, folder, classPath }: { module: string; folder: string; classPath: readonly string[] },
): string {
  const sources = join(folder, 'src/main/java');
  const files = filesUnder(sources, '.').map((path) => join(sources, path));
  const place = join(work, module);
  mkdirSync(place);
  const [classes, pages, manifest] = [join(place, 'classes'), join(place, 'pages'), join(place, 'MANIFEST.MF')];
  const shared = [`-J${SHORT_LIVED_JVM}`, '-encoding', 'UTF-8', '-cp', classPath.join(delimiter), '--release', '17'];
  const quiet = { stdio: 'pipe' } as const;
  execFileSync('javac', [...shared, '-d', classes, ...files], quiet);
  execFileSync('javadoc', [...shared, '-quiet', '-notimestamp', '-Xdoclint:none', '-d', pages, ...files], quiet);
  copyFiles(join(root, 'clients/java'), ['LICENSE'], join(classes, 'META-INF'));
  writeFileSync(manifest, `Automatic-Module-Name: dev.countersign.${module}\n`);
  const name = join(out, `countersign-${module}-${version}`);
  writeZip(classes, `${name}.jar`, seconds, manifest);
  writeZip(sources, `${name}-sources.jar`, seconds, manifest);
  writeZip(pages, `${name}-javadoc.jar`, seconds, manifest);
  const pom = readFileSync(join(folder, 'pom.xml'), 'utf8');
  writeText(`${name}.pom`, pomWithAddresses(pom, addressesOf(readManifest(root, '.'))));
  return classes;
}
