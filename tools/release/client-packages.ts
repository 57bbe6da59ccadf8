import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProbe } from '../prepare/probe.ts';
import { findPython, JAR_FOLDER, PYTHON_PACKERS, SHORT_LIVED_JVM } from '../prepare/programs.ts';
import { type Packing, writeZip } from './archives.ts';
import { copyFiles, filesUnder, writeJson } from './service-files.ts';

/** The wheel and the source distribution. */
export function packPython({ root, out, seconds }: Packing): void {
  execFileSync(findPython(runProbe, PYTHON_PACKERS), ['-m', 'hatchling', 'build', '-d', out], {
    cwd: join(root, 'clients/python'),
    env: { ...process.env, SOURCE_DATE_EPOCH: String(seconds), PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'pipe',
  });
}

/** The ZIP file that Composer takes from a folder of artifacts, which has to name its version. */
export function packPhp({ root, work, out, version, seconds }: Packing): void {
  const library = join(root, 'clients/php');
  copyFiles(library, [...filesUnder(library, 'src'), 'autoload.php', 'LICENSE', 'README.md'], work);
  const manifest = JSON.parse(readFileSync(join(library, 'composer.json'), 'utf8')) as object;
  writeJson(join(work, 'composer.json'), { ...manifest, version });
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
  copyFileSync(join(folder, 'pom.xml'), `${name}.pom`);
  return classes;
}
