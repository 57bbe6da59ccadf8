import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, '.github/workflows');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const names = readdirSync(FOLDER);

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      permissions?: Record<string, string>;
      strategy?: { matrix: Record<string, unknown[]> };
      steps?: Step[];
      uses?: string;
    }
  >;
}
/** Of the environment that a person approves. */
const RELEASE_SECRETS = ['secrets.MAVEN_SIGNING_KEY', 'secrets.MAVEN_CENTRAL_TOKEN'];
const workflow = (name: string) => parse(read(name)) as Workflow;
const stepsOf = (name: string): Step[] => Object.values(workflow(name).jobs).flatMap(({ steps = [] }) => steps);

/** The forge's own parser, in a process of its own because it imports JSON as Node alone does not. */
const PARSER = `
  import { readFileSync } from 'node:fs';
  import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
  const flawsOf = (content) =>
    parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter()).context.errors.getErrors();
  const contents = JSON.parse(readFileSync(0, 'utf8'));
  console.log(JSON.stringify(contents.map((content) => flawsOf(content).map(({ message }) => message))));`;

function flawsOf(...contents: string[]): string[][] {
  const args = ['--import', 'tsx', '--input-type=module', '-e', PARSER];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: ROOT, input: JSON.stringify(contents), encoding: 'utf8' }),
  );
}

describe.each(names)('the workflow %s', (name) => {
  test('is one that the forge understands', () => {
    const [flaws, ofWrong] = flawsOf(read(name), read(name).replace('runs-on', 'run-son'));
    expect(flaws).toEqual([]);
    expect(ofWrong).toHaveLength(2);
  });

  // SR-60
  test('runs nothing that a pull request names, with no more rights than it needs', () => {
    expect(read(name)).not.toMatch(/pull_request_target|\$\{\{\s*github\.(?:event|head_ref)/);
    const secrets = new Set(read(name).match(/secrets\.\w+/g));
    expect([...secrets]).toEqual(name === 'release.yml' ? RELEASE_SECRETS : []);
    expect(workflow(name).permissions).toEqual({ contents: 'read' });
    // Dependabot updates the commit with the version beside it.
    expect(
      read(name)
        .match(/@[\da-f]{40}\b.*/g)
        ?.filter((text) => !/ # v\d+\.\d+\.\d+$/.test(text)),
    ).toEqual([]);
    for (const { uses, with: options } of stepsOf(name)) {
      // A tag can be moved to other code, a commit cannot.
      if (uses !== undefined) expect(uses).toMatch(/^(?:actions|pypa)\/[\w-]+@[\da-f]{40}$/);
      if (uses?.startsWith('actions/checkout@')) expect(options).toMatchObject({ 'persist-credentials': false });
    }
  });
});

test('the tests run by the same command as here, on every version of Node that the packages name', () => {
  const { test: tests } = workflow('ci.yml').jobs;
  expect(tests?.strategy?.matrix.node).toEqual([20, 22, 24]);
  expect(tests?.steps?.map(({ run }) => run)).toContain('.ci/run');
  expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(engines.node).toMatch(/^>=20\./);
});

test('a release is tested first, and only its last job may publish, with provenance', () => {
  const { jobs } = workflow('release.yml');
  expect(jobs.test?.uses).toBe('./.github/workflows/ci.yml');
  const allowed = Object.entries(jobs).filter(([, { permissions }]) => permissions !== undefined);
  expect(allowed.map(([name, { permissions }]) => [name, permissions])).toEqual([
    ['publish', { contents: 'write', 'id-token': 'write', attestations: 'write' }],
  ]);
  // A secret is named behind the approval alone.
  expect(JSON.stringify({ ...jobs, publish: {} })).not.toContain('secrets.');
  expect(read('release.yml')).toContain('npm publish "./$file" --provenance');
  expect(read('release.yml')).toContain('uses: actions/attest-build-provenance@');
});

test('the dependencies of every part are kept up to date', () => {
  const { version, updates } = parse(readFileSync(join(ROOT, '.github/dependabot.yml'), 'utf8'));
  expect(version).toBe(2);
  const files: Record<string, string> = {
    npm: 'package.json',
    docker: 'Dockerfile',
    'docker-compose': 'compose.yaml',
    pip: 'pyproject.toml',
    composer: 'composer.json',
    maven: 'pom.xml',
    'github-actions': '.github/workflows/ci.yml',
  };
  const kinds = updates.map(({ 'package-ecosystem': kind }: { 'package-ecosystem': string }) => kind);
  expect(new Set(kinds)).toEqual(new Set(Object.keys(files)));
  for (const { 'package-ecosystem': kind, directory } of updates) {
    expect(statSync(join(ROOT, directory, files[kind] ?? 'nothing')).isFile(), kind).toBe(true);
  }
});
