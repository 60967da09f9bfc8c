import type { CloudOptions } from '../../emulator/cloud';
import type { ClusterDriver } from '../cluster-driver';

/** One thing that must be so in the end, in plain words. */
export interface Expectation {
  readonly says: string;
  readonly holds: boolean;
}

/** A story that the local cloud plays, and how it must end. */
export interface Scenario {
  readonly name: string;
  /** One line, for `--list`. */
  readonly description: string;
  /** Another configuration than cdk.json's, in the same form; synthesized to a template of its own. */
  readonly config?: unknown;
  /** How the cloud is to be: world, schedules, a virtual clock for what takes minutes. */
  readonly cloud?: Partial<Omit<CloudOptions, 'templateFile' | 'port'>>;
  /** What happens. It waits for whatever must come before the next thing; the end is waited for by itself. */
  play(driver: ClusterDriver): void | Promise<void>;
  /** How the world must be in the end, also where faults were put in on the way. */
  world(driver: ClusterDriver): readonly Expectation[];
  /** Who must have been told what, and how executions must have ended, when nothing went wrong on the way. */
  told(driver: ClusterDriver): readonly Expectation[];
}

export const expect = (says: string, holds: boolean): Expectation => ({ says, holds });
