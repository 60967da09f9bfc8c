import { Aws } from 'aws-cdk-lib';
import { CfnQueryDefinition, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * A Logs Insights query that lists every outcome: when, which cluster, from, to, who, why, how long. An execution that could
 * not tell for minutes records its outcome at each attempt; of those one row, or an hour without SNS would fill the list.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html
 */
export const outcomeQuery = [
  'fields @timestamp, cluster, mode, outcome, addresses.0, from, to, requestedBy, reason, trigger, outageMs, darkTimeMs, told, repetition, executionId',
  'filter message = "outcome" and outcome != "CHECKED"',
  'sort @timestamp desc',
  'dedup executionId, outcome',
  'limit 1000',
] as const;

export interface AuditQueryProps {
  /** Where the outcome lines are: the log of Notify. */
  readonly logGroup: ILogGroup;
}

/** The query as auditors find it: saved in Logs Insights under the name of the stack. */
export class AuditQuery extends Construct {
  constructor(scope: Construct, id: string, { logGroup }: AuditQueryProps) {
    super(scope, id);
    new CfnQueryDefinition(this, 'Query', {
      name: `${Aws.STACK_NAME}/virtual-IP moves`,
      queryString: outcomeQuery.join('\n| '),
      logGroupNames: [logGroup.logGroupName],
    });
  }
}
