import type { Target } from '../load/jobs.ts';
import type { Tally } from '../load/tally.ts';
import { FLOODS, ORDINARY_POPULATION } from '../plan.ts';
import type { StoreKind } from '../target.ts';
import type { Bench } from './bench.ts';
import { eachStore } from './otp.ts';

export interface FloodMeasurement {
  /** Probes per second. */
  otpPerSecond: number;
  healthPerSecond: number;
  floods: { clients: number; stores: Record<StoreKind, FloodResult> }[];
}

interface Probes {
  otp: Tally;
  health: Tally;
}

interface FloodResult extends Probes {
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
  const population = { size: ORDINARY_POPULATION, totp: 0 };
  const running = await eachStore(async (store) => bench.start(await bench.openSite({ store, population })));

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

  for (const { target } of Object.values(running)) {
    const members = OTP_MEMBERS;
    await bench.generator.ask({ kind: 'otp', factor: 'hotp', members, clients: 8, target, durationMs: plan.warmUpMs });
  }
  const floods: FloodMeasurement['floods'] = [];
  for (const clients of FLOODS) {
    floods.push({ clients, stores: await eachStore((store) => flood(running[store].target, clients)) });
  }
  return { otpPerSecond: OTP_PER_SECOND, healthPerSecond: HEALTH_PER_SECOND, floods };
}
