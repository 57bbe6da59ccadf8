import { once } from 'node:events';
import { join } from 'node:path';
import about from '../../package.json' with { type: 'json' };
import type { Config } from '../config/load-config.ts';
import { plansOf } from '../config/load-plans.ts';
import type { Logger } from '../http/log.ts';
import { renewalJob } from '../jobs/periodic.ts';
import { startScheduler } from '../jobs/scheduler.ts';
import { crashOnReplaced } from './crash.ts';
import { createPorts, type OpenPorts } from './create-ports.ts';
import { moveFrom } from './move.ts';
import { createOperatorApp } from './operator/operator-app.ts';
import { listenOnSocket, OPERATOR_SOCKET, type OperatorSocket } from './operator/socket.ts';
import type { ServedCertificate } from './tls-certificate.ts';

/**
 * For the command line while no service runs: opens the stores, serves the socket, and ends with its parent process.
 */
export async function runOperatorServer(config: Config, log: Logger): Promise<void> {
  const opened = await createPorts(config, log);
  const socket = await openOperatorSocket(opened, config, log);
  if (!socket) throw new Error('a service is running: talk to its socket');
  const renewal = renewalJob(opened.registration, crashOnReplaced(log));
  const scheduler = startScheduler(opened.ports, [renewal], log);
  console.log('ready');
  process.stdin.resume();
  await once(process.stdin, 'end');
  await socket.close();
  await scheduler.stop();
  await opened.registration.leave();
  await opened.ports.store.close();
  process.exit();
}

/** Undefined if another service of this data folder has it: several may share one Redis. */
export async function openOperatorSocket(
  { ports, movable, clockGuard, makeSigningKey, masterKeys }: OpenPorts,
  config: Config,
  log: Logger,
  certificate?: ServedCertificate,
): Promise<OperatorSocket | undefined> {
  const path = join(config.dataFolder, OPERATOR_SOCKET);
  try {
    const app = createOperatorApp(ports, {
      issuer: config.url,
      version: about.version,
      log,
      plans: plansOf(config),
      makeSigningKey,
      masterKeys,
      clockGuard,
      eventRetention: config.eventRetention,
      ...(certificate && { certificate: certificate.state }),
      moveStore: (options) => moveFrom(movable, config, log, options),
    });
    const onFault = (error: unknown) => log.error({ err: error }, 'a request of the command line failed');
    return await listenOnSocket(app, path, onFault);
  } catch (error) {
    // A file system without sockets must not stop users from signing in.
    log.warn({ err: error, path }, 'the command line cannot reach this service: its socket could not be opened');
    return undefined;
  }
}
