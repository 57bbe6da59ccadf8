import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProbe } from '../prepare/probe.ts';
import { findPython, JAR_FOLDER, PYTHON_PACKERS } from '../prepare/programs.ts';
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

/** What a Maven repository holds: the JAR file, those of sources and documentation, and the POM. */
export function packJava({ root, work, out, version, seconds }: Packing): void {
  const library = join(root, 'clients/java');
  const sources = join(library, 'src/main/java');
  const files = filesUnder(sources, '.').map((path) => join(sources, path));
  const names = ['jackson-core', 'jackson-databind', 'jackson-annotations'];
  const classPath = names.map((name) => join(JAR_FOLDER, `${name}.jar`)).join(delimiter);
  const [classes, pages, manifest] = [join(work, 'classes'), join(work, 'pages'), join(work, 'MANIFEST.MF')];
  const shared = ['-encoding', 'UTF-8', '-cp', classPath];
  const quiet = { stdio: 'pipe' } as const;
  execFileSync('javac', [...shared, '--release', '17', '-d', classes, ...files], quiet);
  const plain = ['-quiet', '-notimestamp', '-Xdoclint:none', '--release', '17'];
  execFileSync('javadoc', [...shared, ...plain, '-d', pages, ...files], quiet);
  copyFiles(library, ['LICENSE'], join(classes, 'META-INF'));
  writeFileSync(manifest, 'Automatic-Module-Name: dev.countersign.client\n');
  const name = join(out, `countersign-client-${version}`);
  writeZip(classes, `${name}.jar`, seconds, manifest);
  writeZip(sources, `${name}-sources.jar`, seconds, manifest);
  writeZip(pages, `${name}-javadoc.jar`, seconds, manifest);
  copyFileSync(join(library, 'pom.xml'), `${name}.pom`);
}
