/** The alarms that CloudWatch shows; whoever runs the template's alarms keeps them. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmRecord {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly state: AlarmState;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface AlarmStore {
  list(): readonly AlarmRecord[];
  /** @throws ApiError `ResourceNotFound` where there is no alarm of that name. */
  setState(name: string, state: AlarmState, reason: string): void;
}
