import type { Target } from '../load/jobs.ts';
import { median, type Tally } from '../load/tally.ts';
import { FLOODS, ORDINARY_POPULATION } from '../plan.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore, startWithFloors } from './otp.ts';

export interface FloodMeasurement {
  /** Probes per second. */
  otpPerSecond: number;
  healthPerSecond: number;
  /** The goal is about the first, which is compared with equal work without the service. */
  floods: { clients: number; stores: Record<StoreKind, FloodResult>; floors?: Record<StoreKind, FloodResult> }[];
}

interface Probes {
  otp: Tally;
  health: Tally;
}

export interface FloodResult extends Probes {
  passwords: Tally;
  /** The same probes without the flood, just before it. */
  quiet: Probes;
}

const OTP_PER_SECOND = 100;
const HEALTH_PER_SECOND = 50;
/**
 * The flood uses half of the users and the one-time codes the other half, so that no user's requests queue behind each
 * other.
 */
const PASSWORD_MEMBERS = { from: 0, to: ORDINARY_POPULATION / 2 };
const OTP_MEMBERS = { from: ORDINARY_POPULATION / 2, to: ORDINARY_POPULATION };
/** Time for the flood to fill its queue. */
const LEAD_MS = 500;

/** One-time codes and health probes at a steady rate while clients that never pause send password logins (SR-20). */
export async function measureFlood(bench: Bench): Promise<FloodMeasurement> {
  const { plan } = bench;
  const flooder = bench.newGenerator();
  const { running, floors } = await startWithFloors(bench, { size: ORDINARY_POPULATION, totp: 0 });

  const probe = async (target: Target): Promise<Probes> => {
    const durationMs = plan.floodMs;
    const [otp, health] = await Promise.all([
      bench.generator.ask({ kind: 'paced-otp', members: OTP_MEMBERS, perSecond: OTP_PER_SECOND, target, durationMs }),
      bench.generator.ask({ kind: 'paced-health', perSecond: HEALTH_PER_SECOND, target, durationMs }),
    ]);
    return { otp, health };
  };
  const flood = async (target: Target, clients: number): Promise<FloodResult> => {
    const quiet = await probe(target);
    const durationMs = plan.floodMs + 2 * LEAD_MS;
    const passwords = flooder.ask({ kind: 'password', members: PASSWORD_MEMBERS, clients, target, durationMs });
    await bench.generator.ask({ kind: 'paced-health', perSecond: 10, target, durationMs: LEAD_MS });
    const probes = await probe(target);
    return { ...probes, passwords: await passwords, quiet };
  };

  const targets = [...Object.values(running), ...Object.values(floors)].map(({ target }) => target);
  for (const target of targets) {
    const members = OTP_MEMBERS;
    await bench.generator.ask({ kind: 'otp', factor: 'hotp', members, clients: 8, target, durationMs: plan.warmUpMs });
  }
  const [small, large] = FLOODS;
  const taken = new Map<Target, FloodResult[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const target of targets) taken.get(target)?.push(await flood(target, small));
  }
  const summary = (of: Record<StoreKind, { target: Target }>) =>
    eachStore(async (store) => medianRound(taken.get(of[store].target) ?? []));
  return {
    otpPerSecond: OTP_PER_SECOND,
    healthPerSecond: HEALTH_PER_SECOND,
    floods: [
      { clients: small, stores: await summary(running), floors: await summary(floors) },
      // Equal work refuses what its queue cannot take at once, and a client that never pauses would ask again at once.
      { clients: large, stores: await eachStore((store) => flood(running[store].target, large)) },
    ],
  };
}

/** The round with the median ratio of the codes' p99 to the quiet one. */
function medianRound(rounds: readonly FloodResult[]): FloodResult {
  const ratioOf = ({ otp, quiet }: FloodResult) => otp.p99Ms / quiet.otp.p99Ms;
  const middle = median(rounds.map(ratioOf));
  return rounds.find((round) => ratioOf(round) === middle) as FloodResult;
}
