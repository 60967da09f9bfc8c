import type { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ApplicationCheck } from './application-check';
import { applicationAlarm, ClusterAlarms, statusAlarm } from './cluster-alarms';
import { ClusterTriggers, type TriggerTarget } from './cluster-triggers';
import type { ClusterConfig } from './config-schema';

export interface WatchedClusterProps {
  readonly cluster: ClusterConfig;
  /** Its position among the clusters of the stack, from 0. */
  readonly position: number;
  readonly target: TriggerTarget;
  readonly actions: readonly IAlarmAction[];
}

/** Everything that a stack has once a cluster: its nodes' alarms, what starts the workflow for it, and who watches that. */
export class WatchedCluster extends Construct {
  readonly statusAlarms: readonly Alarm[];
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: WatchedClusterProps) {
    super(scope, id);
    const { cluster, position, target, actions } = props;
    const { nodes, applicationCheck } = cluster;
    if (applicationCheck) new ApplicationCheck(this, 'Application', nodes, applicationCheck);
    this.statusAlarms = nodes.flatMap(({ instanceId }, index) => [
      statusAlarm(this, `Node${index + 1}Failed`, cluster, instanceId),
      ...(applicationCheck ? [applicationAlarm(this, `Node${index + 1}ApplicationFailed`, cluster, instanceId)] : []),
    ]);
    const triggers = new ClusterTriggers(this, 'Triggers', {
      cluster,
      position,
      target,
      statusAlarms: this.statusAlarms,
    });
    this.alarms = new ClusterAlarms(this, 'Alarms', { cluster, triggers, actions }).all;
  }
}
