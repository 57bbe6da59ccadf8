import { ConfigError } from '../config/load-config.ts';
import { PlansError } from '../config/load-plans.ts';
import { SmsGatewayError } from '../config/load-sms-gateway.ts';
import { TextsError } from '../config/load-texts.ts';
import { StoreMoved } from '../kernel/ports/movable-store.ts';
import { PartitionsRefused, StoreVersionRefused } from '../kernel/ports/store.ts';
import { ProcessRefused } from '../operations/processes/register-process.ts';
import { FilterUnusable } from '../platform/breached-passwords/open-filter.ts';
import { GeoDataUnusable } from '../platform/geoip/geo-lookup.ts';
import { MasterKeyError } from '../platform/secret-box/load-master-key.ts';
import { WrongStorePurpose } from '../store/set-store-purpose.ts';
import { StoreNotOpened } from './open-store.ts';

const TITLES: Readonly<Record<string, string>> = {
  setup: 'countersign could not set up: ',
  restore: 'countersign could not restore: ',
  'forget-secrets': 'countersign could not discard the lost secrets: ',
  move: 'countersign could not move the store: ',
  // The command that starts it names itself.
  operate: '',
};

/** As in sysexits.h: the configuration or the version has to be changed; something that the service needs is not there. */
const EX_CONFIG = 78;
const EX_UNAVAILABLE = 69;

const WRONG_SETTINGS = [
  ConfigError,
  PlansError,
  TextsError,
  SmsGatewayError,
  FilterUnusable,
  GeoDataUnusable,
  MasterKeyError,
  WrongStorePurpose,
  StoreMoved,
  StoreVersionRefused,
  PartitionsRefused,
];

export function exitCodeOf(error: unknown): number {
  if (WRONG_SETTINGS.some((kind) => error instanceof kind) || isForbiddenPort(error)) return EX_CONFIG;
  return error instanceof StoreNotOpened || error instanceof ProcessRefused ? EX_UNAVAILABLE : 1;
}

/** Such as 80 for a user that is not root. An address that is in use may be free later. */
function isForbiddenPort(error: unknown): boolean {
  const { code, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  return code === 'EACCES' && syscall === 'listen';
}

/** One plain message for the operator, without a stack: what failed, and the file if there was one. */
export function describeFailure(command: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ConfigError) return message;
  return `${TITLES[command] ?? 'countersign could not start: '}${describePort(error) ?? describeFile(error) ?? message}`;
}

type ListenError = NodeJS.ErrnoException & { address?: string; port?: number };

function describePort(error: unknown): string | undefined {
  const { code, address, port }: Partial<ListenError> = error instanceof Error ? (error as ListenError) : {};
  if (code !== 'EADDRINUSE' || port === undefined) return undefined;
  const variables = 'COUNTERSIGN_LISTEN, COUNTERSIGN_ADMIN_LISTEN or COUNTERSIGN_METRICS_LISTEN';
  return `another program uses port ${port} of ${address}. Stop it, or choose another port in ${variables}.`;
}

function describeFile(error: unknown): string | undefined {
  const { code, path } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (path === undefined) return undefined;
  if (code === 'ENOENT') return `there is no file ${path}`;
  if (code === 'EACCES') return `${path} cannot be opened: permission denied`;
  if (code === 'EISDIR') return `${path} is a folder`;
  return undefined;
}
