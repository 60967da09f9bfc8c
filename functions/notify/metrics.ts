import type { NotifyInput, Outcome } from '../shared/types';
import { type Durations, standbysLeft } from './compose';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: 'Count' | 'Milliseconds' }[];
}

/**
 * Writes the outcome as metrics into the log, in embedded metric format: no call on the failover path.
 * `process.stdout`, because Lambda wraps what `console.log` gets when its log format is JSON.
 */
export function writeMetrics(
  namespace: string,
  cluster: string,
  outcome: Outcome,
  durations: Durations,
  ready: 0 | 1 | null,
): void {
  const values = {
    ...(ready === null ? {} : { Ready: ready }),
    ...(durations.eventToVerifiedMs === null ? {} : { EventToVerified: durations.eventToVerifiedMs }),
    ...(durations.darkTimeMs === null ? {} : { DarkTime: durations.darkTimeMs }),
  };
  const directives: Directive[] = [
    { Namespace: namespace, Dimensions: [['Cluster', 'Outcome']], Metrics: [{ Name: 'Outcomes', Unit: 'Count' }] },
  ];
  if (Object.keys(values).length > 0) {
    const metrics = Object.keys(values).map((Name) => ({
      Name,
      Unit: Name === 'Ready' ? ('Count' as const) : ('Milliseconds' as const),
    }));
    directives.push({ Namespace: namespace, Dimensions: [['Cluster']], Metrics: metrics });
  }
  const line = {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: directives },
    Cluster: cluster,
    Outcome: outcome,
    Outcomes: 1,
    ...values,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * What a check says about the cluster: 1 when a failover would work now, 0 when something would stop it. Null: this
 * execution was no check. A check that repaired is good when a healthy standby is left.
 */
export function readiness({ kind, plan, unassigned, assigned, verified }: NotifyInput, isCheck: boolean): 0 | 1 | null {
  if (!isCheck) return null;
  if (kind !== 'SUCCESS') return 0;
  if (plan?.action === 'MOVE') return standbysLeft(plan) > 0 ? 1 : 0;
  const findings = [plan, unassigned, assigned, verified].flatMap((result) => result?.findings ?? []);
  return findings.some(({ severity }) => severity === 'problem') ? 0 : 1;
}
