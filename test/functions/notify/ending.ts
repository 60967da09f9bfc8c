import type { Looked } from '../../../functions/notify/compose';
import type { NotifyInput } from '../../../functions/shared/contract';
import type { Snapshot } from '../../../functions/shared/snapshot';

/** One way for an execution to end, with what Notify is given and what it sees. */
export interface Ending {
  readonly title: string;
  readonly input: NotifyInput;
  readonly looked: Looked;
}

export function ending(title: string, input: NotifyInput, snapshot: Snapshot | null = null): Ending {
  return { title, input, looked: snapshot === null ? null : { snapshot } };
}
