import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { validate as lint } from 'dockerfile-utils';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../server/config/load-config.ts';
import { inAnyRange } from '../server/kernel/addresses.ts';
import { settingProblems } from '../server/store/redis/inspect-server.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { stageService } from '../tools/release/service-files.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, 'deploy', path), 'utf8');
const dockerfile = read('container/Dockerfile');
/** The image that is run; what comes before builds it. */
const image = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
const run = promisify(execFile);

/** An instruction of the image in its exec form. */
function execForm(instruction: string): string[] {
  const [, json = '[]'] = new RegExp(`^${instruction}\\b.*?(\\[.*\\])$`, 'm').exec(image) ?? [];
  return JSON.parse(json) as string[];
}

function imageEnvironment(): Record<string, string> {
  const [, lines = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(image) ?? [];
  return Object.fromEntries([...lines.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
}

describe('the image', () => {
  let folder: string;
  let environment: Record<string, string>;
  const inside: string[] = [];

  /** Runs a command as the engine would: its files, read-only, as its user, without a right, apart from the machine. */
  const bubble = (command: readonly string[], env: Record<string, string> = {}) => {
    const set = Object.entries({ ...environment, ...env }).flatMap(([name, value]) => ['--setenv', name, value]);
    const [, user = '', group = ''] = /^USER (\d+):(\d+)$/m.exec(image) ?? [];
    const identity = [
      '--unshare-all',
      '--share-net',
      '--uid',
      user,
      '--gid',
      group,
      '--cap-drop',
      'ALL',
      '--new-session',
    ];
    return ['--die-with-parent', '--clearenv', ...identity, ...inside, ...set, '--', ...command];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-image-'));
    stageService(ROOT, join(folder, 'service'));
    expect(readFileSync(join(folder, 'service/THIRD-PARTY-LICENSES.txt'), 'utf8')).toMatch(/^hono \d/m);
    await mkdir(join(folder, 'data'), { mode: 0o700 });
    const [port = 0] = await freePorts(1);
    environment = { ...imageEnvironment(), COUNTERSIGN_LISTEN: `127.0.0.1:${port}`, COUNTERSIGN_DRAIN_MS: '0' };
    const libraries = ['/usr/lib', '/lib64', '/usr/lib64']
      .filter(existsSync)
      .flatMap((path) => ['--ro-bind', path, path]);
    inside.push(
      ...libraries,
      ...['--symlink', 'usr/lib', '/lib', '--ro-bind', process.execPath, '/usr/local/bin/node'],
      ...['--ro-bind', join(folder, 'service'), '/opt/countersign'],
      ...['--bind', join(folder, 'data'), '/var/lib/countersign', '--chdir', '/var/lib/countersign'],
      ...['--tmpfs', '/tmp', '--proc', '/proc', '--dev', '/dev', '--remount-ro', '/'],
    );
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('runs as its user on read-only files, is healthy, and ends on a signal', async () => {
    const health = execForm('HEALTHCHECK').map((part) =>
      part.replace('127.0.0.1:8080', environment.COUNTERSIGN_LISTEN ?? ''),
    );
    await expect(run('bwrap', bubble(health))).rejects.toThrow();

    const command = [...execForm('ENTRYPOINT'), ...execForm('CMD')];
    const child = spawn('bwrap', [...['--info-fd', '3'], ...bubble(command)], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let output = '';
    let info = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        output += data;
      });
    }
    child.stdio[3]?.on('data', (data: Buffer) => {
      info += data;
    });
    const ended = once(child, 'close');
    try {
      await waitUntil('the service is ready', async () => {
        if (child.exitCode !== null) throw new Error(`the service ended:\n${output}`);
        const answer = await fetch(`http://${environment.COUNTERSIGN_LISTEN}/health/ready`).catch(() => undefined);
        return answer?.ok === true;
      });
      await run('bwrap', bubble(health));
      const { stdout } = await run('bwrap', bubble(['node', '/opt/countersign/bin/countersign', '--version']));
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    } finally {
      const { 'child-pid': pid } = JSON.parse(info) as { 'child-pid': number };
      // Of the new namespace, the first process passes no signal on: the engine sends it to the service itself.
      const [service = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      process.kill(Number(service), 'SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(output).toContain('"stopped"');
  });

  // SR-60
  test('a program in it cannot change the code, nor take a right', async () => {
    const attack = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const tried = ['/opt/countersign/dist/server/main.js', '/new-file', '/usr/local/bin/node', '/etc/passwd'].map((path) => {
        try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; }
      });
      const status = readFileSync('/proc/self/status', 'utf8');
      console.log(JSON.stringify({ tried, uid: process.getuid(), rights: /CapEff:\\s*(\\w+)/.exec(status)[1], bound: /NoNewPrivs:\\s*(\\d)/.exec(status)[1] }));`;
    const { stdout } = await run('bwrap', bubble(['node', '-e', attack]));
    const { tried, ...state } = JSON.parse(stdout) as { tried: string[] };
    expect(tried).toHaveLength(4);
    for (const code of tried) expect(['EROFS', 'EACCES', 'ENOENT']).toContain(code);
    expect(state).toEqual({ uid: 10_001, rights: '0000000000000000', bound: '1' });
  });

  test('has no fault that a linter finds, a fixed base and no shell in what it starts', () => {
    expect(lint(dockerfile).map(({ message }) => message)).toEqual([]);
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases)).toEqual(new Set(['node:24-trixie-slim']));
    for (const instruction of ['HEALTHCHECK', 'ENTRYPOINT', 'CMD'])
      expect(execForm(instruction).length).toBeGreaterThan(0);
    expect(dockerfile).not.toMatch(/^ADD |:latest|sudo|^MAINTAINER/m);
  });

  // SR-35
  test('gets no secret, data or built file of the machine that builds it', () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(
      expect.arrayContaining(['.git', '**/node_modules', '**/dist', 'data', 'demo-data', '.env*']),
    );
    // The attack: the master key that compose.yaml has made here is committed, or stays in a layer of the image.
    const ofCompose = ['deploy/container/.env', 'deploy/container/secrets'];
    expect(ignored).toEqual(expect.arrayContaining(ofCompose));
    const ofGit = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n');
    expect(ofGit).toEqual(expect.arrayContaining(ofCompose.map((path) => `/${path}`)));
  });
});

describe('compose.yaml', () => {
  const { services, networks, secrets } = parse(read('container/compose.yaml'));
  const { countersign, valkey, proxy, prometheus } = services;

  test('has a valid configuration, in which only the proxy names a client', () => {
    const environment: Record<string, string> = { ...imageEnvironment(), ...countersign.environment };
    environment.COUNTERSIGN_URL = String(environment.COUNTERSIGN_URL).replace(/\$\{.*\}/, 'auth.example');
    const config = loadConfig(environment);
    const { ipv4_address: v4, ipv6_address: v6 } = proxy.networks.outside;
    expect(config.trustedProxies).toEqual([`${v4}/32`, `${v6}/128`]);
    expect(networks.outside.enable_ipv6).toBe(true);
    const subnets = networks.outside.ipam.config.map(({ subnet }: { subnet: string }) => subnet);
    for (const address of [v4, v6]) expect(inAnyRange(address, subnets), address).toBe(true);
    expect(networks.inside.internal).toBe(true);
    expect(valkey.networks).toEqual(['inside']);
    expect(valkey.ports ?? countersign.ports).toBeUndefined();
    const scrape = parse(read('container/prometheus.yml'));
    expect(scrape.scrape_configs[0].static_configs[0].targets).toEqual([`countersign:${config.metricsListen?.port}`]);
    expect(prometheus.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
    const files = prometheus.volumes.flatMap((volume: string) => /^(\.[^:]+):/.exec(volume)?.[1] ?? []);
    expect(files).toHaveLength(2);
    for (const file of files) expect(existsSync(join(ROOT, 'deploy/container', file)), file).toBe(true);
    expect(Object.keys(secrets)).toEqual(countersign.secrets);
    expect(environment.COUNTERSIGN_MASTER_KEY_FILE).toBe(`/run/secrets/${countersign.secrets[0]}`);
    expect(existsSync(join(ROOT, 'deploy/container', countersign.build.context, countersign.build.dockerfile))).toBe(
      true,
    );
  });

  test('starts Valkey with the settings that the service asks for', () => {
    const [program, ...flags] = valkey.command as string[];
    expect(program).toBe('valkey-server');
    const names = flags.filter((_, index) => index % 2 === 0).map((name) => name.replace('--', ''));
    const given = new Map(names.map((name, index) => [name, flags[index * 2 + 1] ?? '']));
    expect(settingProblems(given)).toEqual([]);
  });

  test('gives no container a right that it does not need', () => {
    for (const service of Object.values<Record<string, unknown>>(services)) {
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      expect(service.image).not.toMatch(/:latest$/);
      expect(service.privileged ?? service.network_mode).toBeUndefined();
    }
    expect(Number.parseInt(countersign.stop_grace_period, 10) * 1000).toBeGreaterThan(loadConfig({}).shutdownMs);
  });
});

interface Port {
  name: string;
  containerPort: number;
}
interface Source {
  from: [{ namespaceSelector: { matchLabels: Record<string, string> } }];
}
interface Egress {
  to?: { ipBlock: { cidr: string; except: string[] } }[];
  ports: { port?: number }[];
}

describe('the base for Kubernetes', () => {
  const document = (name: string) => parse(read(`kubernetes/${name}`), { version: '1.1' });
  const deployment = document('deployment.yaml');
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;
  const settings = (): Record<string, string> => {
    const lines = read('kubernetes/countersign.env').match(/^[^#\n].*$/gm) ?? [];
    return Object.fromEntries(lines.map((line) => line.split('=', 2)));
  };

  test('is what the schemas of Kubernetes allow', () => {
    const { resources, configMapGenerator } = document('kustomization.yaml');
    const models = {
      'deployment.yaml': Deployment,
      'service.yaml': Service,
      'admin-service.yaml': Service,
      'ingress.yaml': Ingress,
      'admin-ingress.yaml': Ingress,
      'horizontal-pod-autoscaler.yaml': HorizontalPodAutoscaler,
      'pod-disruption-budget.yaml': PodDisruptionBudget,
      'network-policy.yaml': NetworkPolicy,
    };
    expect(resources).toEqual(Object.keys(models));
    for (const [name, Model] of Object.entries(models))
      expect(() => new Model(document(name)).validate(), name).not.toThrow();
    expect(() => new Deployment({ ...deployment, spec: { replicas: 'two' } }).validate()).toThrow();
    const files = [...resources, ...configMapGenerator[0].envs, 'kustomization.yaml', 'pod-monitor'];
    expect(readdirSync(join(ROOT, 'deploy/kubernetes')).sort()).toEqual(files.sort());
  });

  test('has a valid configuration, whose secrets are files that the group of the service reads', () => {
    const environment = settings();
    const store = environment.COUNTERSIGN_STORE_FILE;
    const config = loadConfig({ ...environment, COUNTERSIGN_STORE_FILE: '', COUNTERSIGN_STORE: 'redis://redis:6379' });
    const [{ mountPath }] = container.volumeMounts;
    for (const path of [store, environment.COUNTERSIGN_MASTER_KEY_FILE]) expect(path).toContain(`${mountPath}/`);
    expect(pod.volumes[0].secret.defaultMode).toBe(0o440);
    expect(environment.COUNTERSIGN_MASTER_KEY_FILE_GROUP).toBe('true');
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(config.drainMs + config.shutdownMs);
    expect(container.ports.map((port: { containerPort: number }) => port.containerPort)).toEqual([
      config.listen.port,
      config.adminListen?.port,
      config.metricsListen?.port,
    ]);
    expect(JSON.stringify(deployment)).not.toMatch(/secretKeyRef|secretRef/);
    // The attack: a flood of sign-ins, each with a password, on a node with many cores, until the pod is out of memory.
    const hashing = (config.hashConcurrency ?? Number.POSITIVE_INFINITY) * config.argon2.memoryKiB;
    expect(container.resources.limits.memory).toBe('1Gi');
    expect(hashing).toBeLessThan((1024 * 1024) / 4);
  });

  test('runs the user of the image without rights, and replaces pods without a gap', () => {
    expect(image).toContain(`USER ${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(deployment.spec.strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(container.readinessProbe.httpGet.path).toBe('/health/ready');
    // SR-63: a pod whose clock is in doubt is never ready, and would be restarted until its clock seems plausible.
    for (const { httpGet } of [container.startupProbe, container.livenessProbe]) {
      expect(httpGet.path).toBe('/health/live');
    }
    for (const { podSelector, selector } of [
      document('network-policy.yaml').spec,
      document('pod-disruption-budget.yaml').spec,
    ]) {
      expect((podSelector ?? selector).matchLabels).toEqual(deployment.spec.selector.matchLabels);
    }
    for (const name of ['service.yaml', 'admin-service.yaml'])
      expect(document(name).spec.selector).toEqual(deployment.spec.selector.matchLabels);
    const { scaleTargetRef, minReplicas } = document('horizontal-pod-autoscaler.yaml').spec;
    expect([scaleTargetRef.name, deployment.spec.replicas]).toEqual([deployment.metadata.name, undefined]);
    expect(minReplicas).toBeGreaterThan(document('pod-disruption-budget.yaml').spec.minAvailable);
  });

  // SR-59. The attack: the console, from the internet.
  test('leads what is public to the public listener, and only the inside to the administration', () => {
    const named = new Map(container.ports.map(({ name, containerPort }: Port) => [name, containerPort]));
    const { ingress } = document('network-policy.yaml').spec;
    const sources = (port: string) =>
      ingress
        .filter(({ ports }: { ports: { port: string }[] }) => ports.some((one) => one.port === port))
        .map(({ from: [{ namespaceSelector }] }: Source) => Object.values(namespaceSelector.matchLabels)[0]);
    for (const [kind, port, listener, from] of [
      ['', 'http', 8080, 'ingress-nginx'],
      ['admin-', 'admin', 8081, 'ingress-nginx-internal'],
    ] as const) {
      const { spec } = document(`${kind}ingress.yaml`);
      const [{ backend }] = spec.rules[0].http.paths;
      const service = document(`${kind}service.yaml`);
      const [{ name, targetPort }] = service.spec.ports;
      expect([backend.service.name, backend.service.port.name]).toEqual([service.metadata.name, name]);
      expect([targetPort, named.get(targetPort)]).toEqual([port, listener]);
      expect(sources(port)).toEqual([from]);
      expect(spec.rules[0].host).toBe(new URL(settings().COUNTERSIGN_URL ?? '').host);
    }
    expect(document('ingress.yaml').spec.ingressClassName).not.toBe(
      document('admin-ingress.yaml').spec.ingressClassName,
    );
  });

  // SR-56. The attack: a webhook to what only the pod can reach.
  test('lets calls through to receivers on any public port, and to no metadata and no neighbour', () => {
    const { egress } = document('network-policy.yaml').spec as { egress: Egress[] };
    const leads = (address: string, port: number) =>
      egress.some(({ to, ports }) => {
        const isPort = ports.some((one) => (one.port ?? port) === port);
        const isTarget =
          to === undefined ||
          to.some(({ ipBlock: { cidr, except } }) => inAnyRange(address, [cidr]) && !inAnyRange(address, except));
        return isPort && isTarget;
      });
    for (const address of ['203.0.113.7', '2001:db8::7']) {
      for (const port of [443, 8443, 80]) expect(leads(address, port), `${address} ${port}`).toBe(true);
    }
    for (const address of [
      '10.1.2.3',
      '172.20.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      'fd00::1',
      'fe80::1',
    ])
      expect(leads(address, 80), address).toBe(false);
    expect(leads('10.1.2.3', 6379)).toBe(true);
  });

  test('has a monitor of its pods for the job that the alerts ask for', () => {
    const component = document('pod-monitor/kustomization.yaml');
    expect([component.kind, component.resources]).toEqual(['Component', ['pod-monitor.yaml']]);
    const { apiVersion, kind, spec } = document('pod-monitor/pod-monitor.yaml');
    expect([apiVersion, kind]).toEqual(['monitoring.coreos.com/v1', 'PodMonitor']);
    expect(spec.selector.matchLabels).toEqual(deployment.spec.selector.matchLabels);
    expect(container.ports.map(({ name }: Port) => name)).toContain(spec.podMetricsEndpoints[0].port);
    // Every label of the base is on the pods: its value is the name of the job.
    const [{ pairs, includeSelectors }] = document('kustomization.yaml').labels;
    expect([pairs[spec.jobLabel], includeSelectors]).toEqual(['countersign', true]);
    expect(read('prometheus/countersign-alerts.yml')).toContain('job="countersign"');
  });
});
