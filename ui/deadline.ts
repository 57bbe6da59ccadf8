/**
 * A moment given as a distance on the server's clock, watched with two clocks of the device: one can be set by hand,
 * the other may stop while the device sleeps, so the one that has advanced further counts.
 */
export interface Deadline {
  leftMs(): number;
}

export interface DeviceClocks {
  wall(): number;
  steady(): number;
}

const deviceClocks: DeviceClocks = { wall: () => Date.now(), steady: () => performance.now() };

export function deadlineIn(ms: number, clocks: DeviceClocks = deviceClocks): Deadline {
  const wall = clocks.wall();
  const steady = clocks.steady();
  return { leftMs: () => Math.max(0, ms - Math.max(clocks.wall() - wall, clocks.steady() - steady)) };
}
