import { CLOUDFORMATION_ACTIONS } from './cloudformation/service';
import { CLOUDTRAIL_ACTIONS } from './cloudtrail/service';
import { CLOUDWATCH_ACTIONS } from './cloudwatch/service';
import { INSTANCE_TYPES } from './ec2/model/instance-types';
import { EC2_ACTIONS } from './ec2/service';
import { ENTRY_FIELDS } from './event-bridge/put-events';
import { CONDITION_OPERATORS } from './iam/conditions';
import { LOGS_ACTIONS } from './logs/actions';
import { INSIGHTS_COMMANDS } from './logs/insights';
import { SNS_ACTIONS } from './sns/service';
import { STS_ACTIONS } from './sts/service';

export interface KnownAction {
  readonly parameters: readonly string[];
  /** EC2 only. `tag:KEY` and `tag-key` work wherever there are filters but on CIDR reservations. */
  readonly filters: readonly string[];
}

const plain = (actions: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, KnownAction>> =>
  Object.fromEntries(Object.entries(actions).map(([name, parameters]) => [name, { parameters, filters: [] }]));

/** Everything that these services know; the documentation is checked against it. Anything else is refused by name. */
export const KNOWN: Readonly<
  Record<
    'ec2' | 'sns' | 'monitoring' | 'events' | 'logs' | 'sts' | 'cloudformation' | 'cloudtrail',
    Readonly<Record<string, KnownAction>>
  >
> = {
  ec2: Object.fromEntries(
    Object.entries(EC2_ACTIONS).map(([name, { parameters, filters = [] }]) => [name, { parameters, filters }]),
  ),
  sns: plain(SNS_ACTIONS),
  monitoring: plain(CLOUDWATCH_ACTIONS),
  events: plain({ PutEvents: ENTRY_FIELDS.map((field) => `Entries.${field}`) }),
  logs: plain(LOGS_ACTIONS),
  sts: plain(STS_ACTIONS),
  cloudformation: plain(CLOUDFORMATION_ACTIONS),
  cloudtrail: plain(CLOUDTRAIL_ACTIONS),
};

export { CONDITION_OPERATORS, INSIGHTS_COMMANDS, INSTANCE_TYPES };
