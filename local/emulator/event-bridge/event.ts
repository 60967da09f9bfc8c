import type { JsonObject } from '../template/json';

/** An event as EventBridge hands it to a target. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

export interface NewBusEvent extends Pick<BusEvent, 'detail-type' | 'source' | 'resources' | 'detail'> {
  /** Where whoever puts it says when it happened, milliseconds since the epoch. */
  readonly at?: number;
}
