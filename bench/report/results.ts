import type { MeasuredSize as WidgetSize } from '../../tools/check-sizes.ts';
import type { Machine } from '../machine.ts';
import type { CommitMeasurement } from '../measurements/commits.ts';
import type { EnginesMeasurement } from '../measurements/engines.ts';
import type { FloodMeasurement } from '../measurements/flood.ts';
import type { FrameMeasurement } from '../measurements/frame.ts';
import type { ImportMeasurement } from '../measurements/import.ts';
import type { OtpMeasurement } from '../measurements/otp.ts';
import type { PasswordMeasurement } from '../measurements/passwords.ts';
import type { ProcessesMeasurement } from '../measurements/processes.ts';
import type { StartUpMeasurement } from '../measurements/start-up.ts';
import type { StepsMeasurement } from '../measurements/steps.ts';
import type { TimingMeasurement } from '../measurements/timing.ts';
import type { UsersMeasurement } from '../measurements/users.ts';

/** One run, as `latest.json` holds it. A measurement that did not run is absent. */
export interface Results {
  takenAt: string;
  mode: 'full' | 'quick';
  /** Duration of the run in seconds. */
  tookSeconds: number;
  machine: Machine;
  /** What a run of another commit measured, by `goalKey`. */
  before?: Record<string, string>;
  passwords?: PasswordMeasurement;
  otp?: OtpMeasurement;
  steps?: StepsMeasurement;
  flood?: FloodMeasurement;
  timing?: TimingMeasurement;
  users?: UsersMeasurement;
  commits?: CommitMeasurement;
  processes?: ProcessesMeasurement;
  engines?: EnginesMeasurement;
  import?: ImportMeasurement;
  startUp?: StartUpMeasurement;
  frame?: FrameMeasurement;
  sizes?: WidgetSize[];
}

/** A run of another commit, which may lack what was not measured then. */
export type EarlierResults = Earlier<Results>;

type Earlier<T> = T extends readonly (infer Item)[]
  ? readonly Earlier<Item>[]
  : T extends object
    ? { [Key in keyof T]?: Earlier<T[Key]> }
    : T;
