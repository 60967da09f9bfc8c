import type { MetricName } from './metrics';

/** The alarms that CloudWatch shows; whoever runs the template's alarms keeps them. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly state: AlarmState;
  readonly reason: string;
  /** Since when it has this state, milliseconds since the epoch. */
  readonly since: number;
  /** When it was last updated, also with the state that it had, milliseconds since the epoch. */
  readonly updatedAt: number;
  /** Null for an alarm on an expression. */
  readonly metric: MetricName | null;
}

export interface AlarmStore {
  /** @param at as they were then, milliseconds since the epoch; now by default. */
  list(at?: number): readonly AlarmRecord[];
  /** Every state of an alarm up to that time, the first one included, oldest first. Empty where there is no such alarm. */
  history(name: string, at?: number): readonly AlarmRecord[];
  /** @throws ApiError `ResourceNotFound` where there is no alarm of that name. */
  setState(name: string, state: AlarmState, reason: string): void;
}
