/**
 * A moment that is so far away on the server's clock, watched with the device's two clocks: one may be set by hand, the
 * other stands still while a device sleeps, so the further of the two counts.
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
