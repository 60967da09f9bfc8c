import { EC2Client } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CLIENT_DEFAULTS, call } from '../shared/aws';
import { logger } from '../shared/logger';
import { PATIENT_RETRY } from '../shared/patient-retry';
import type { NotifyInput, NotifyOutput, Plan } from '../shared/types';
import { warmUp } from '../shared/warm-up';
import {
  attemptsOf,
  clusterOf,
  composeNotice,
  durationsOf,
  type Looked,
  latestPlan,
  modeOf,
  outcomeOf,
} from './compose';
import { en } from './locales/en';
import { ja } from './locales/ja';
import { readiness, writeMetrics } from './metrics';
import type { Notice } from './notice';
import { lookAround } from './where';

const ec2 = new EC2Client({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
const sns = new SNSClient({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
void warmUp(new PublishCommand({ Message: '' }), (command) => sns.send(command));
const LOCALES: Readonly<Record<string, typeof en>> = { en, ja };

/**
 * Tells people how an execution ended, where they should know: one SNS message an outcome. On failure it first looks
 * where the addresses are. It has no deadline: what is left of the execution's time is for it.
 * @throws {TransientAwsError} and SNS's permanent errors, such as AuthorizationError or NotFound
 */
export const handler = async (input: NotifyInput): Promise<NotifyOutput> => {
  const mode = modeOf(input);
  const outcome = outcomeOf(input);
  const cluster = clusterOf(input)?.name ?? 'unknown';
  logger.resetKeys();
  logger.appendKeys({ executionId: input.execution.id, cluster, mode });
  try {
    const messageId = outcome === 'CHECKED' || isQuietCheck(input) ? null : await tell(input, outcome);
    record(input, outcome, cluster, mode === 'check');
    return { outcome, messageId, ...durationsOf(input) };
  } catch (error) {
    logger.error('failed', error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
};

/**
 * A check that cannot repair would send its notice every few minutes; the readiness alarm says it once instead. A check
 * that may have changed something before it failed is told, and so is one that somebody asked for wrongly.
 */
function isQuietCheck(input: NotifyInput): boolean {
  const wronglyAsked = input.error?.Error === 'InvalidInput';
  return input.kind === 'FAILURE' && modeOf(input) === 'check' && !wronglyAsked && !hasChangedSomething(input);
}

/** Errors of an attempt whose assignment was made. */
const LANDED = new Set(['TargetLost', 'Superseded', 'ElasticIpMissing']);

/** Errors with which AssignIp ends when it got no answer: EC2 may have carried the assignment out. */
const UNANSWERED = new Set([
  'PlanStale',
  'TransientAwsError',
  'DeadlineExceeded',
  'States.Timeout',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'Lambda.Unknown',
]);

/** In this pass or in the one before, AssignIp was entered and left without an answer. */
function mayHaveAssigned({ plan, unassigned, assigned, error, previous }: NotifyInput): boolean {
  const now = plan?.action === 'MOVE' && unassigned !== null && assigned === null && UNANSWERED.has(error?.Error ?? '');
  const before = (previous?.unassigned ?? null) !== null && UNANSWERED.has(previous?.error?.Error ?? '');
  return now || before;
}

function hasChangedSomething(input: NotifyInput): boolean {
  const { unassigned, assigned, previous, error } = input;
  if (error?.Error === 'ElasticIpNotAssociated' && putsElasticIpBack(latestPlan(input))) return false;
  const released = [unassigned?.releasedAt, previous?.unassigned?.releasedAt, latestPlan(input)?.homelessSince];
  const landed = attemptsOf(input).some(({ error }) => LANDED.has(error));
  return (
    landed || mayHaveAssigned(input) || [...released, assigned?.assignedAt].some((moment) => typeof moment === 'string')
  );
}

/** All that was ever to be done was to associate an Elastic IP: the addresses stayed where they were. */
function putsElasticIpBack(plan: Plan | null): boolean {
  if (plan?.reason !== 'ELASTIC_IP_MISSING') return false;
  return plan.attempts.every(({ instanceId }) => instanceId === plan.target?.instanceId);
}

async function tell(input: NotifyInput, outcome: Notice['outcome']): Promise<string> {
  const { TOPIC_ARN: topicArn, LOCALE: language = 'en' } = process.env;
  const locale = LOCALES[language];
  if (topicArn === undefined || locale === undefined) {
    throw new Error(
      `TOPIC_ARN is ${topicArn ?? 'missing'} and LOCALE is "${language}"; the stack sets a topic's ARN and "en" or "ja". Deploy it again.`,
    );
  }
  const notice = composeNotice(input, outcome, await lookIfFailed(input));
  const { MessageId: messageId = '' } = await call(
    'Publish',
    sns.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: locale.subject(notice),
        Message: locale.body(notice),
        MessageAttributes: {
          cluster: { DataType: 'String', StringValue: notice.cluster ?? 'unknown' },
          outcome: { DataType: 'String', StringValue: outcome },
          mode: { DataType: 'String', StringValue: notice.mode ?? 'unknown' },
        },
      }),
    ),
  );
  return messageId;
}

/** Looking must not keep the failure notice from going out: what went wrong with it is said in the notice. */
async function lookIfFailed(input: NotifyInput): Promise<Looked> {
  const cluster = clusterOf(input);
  if (input.kind !== 'FAILURE' || cluster === null) return null;
  try {
    return { now: await lookAround(ec2, cluster) };
  } catch (error) {
    const lookError = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    logger.warn('looking failed', { lookError });
    return { lookError };
  }
}

/** One log line and one set of metrics an outcome: the audit query and the dashboard read them. */
function record(input: NotifyInput, outcome: NotifyOutput['outcome'], cluster: string, isCheck: boolean): void {
  const plan = latestPlan(input);
  const durations = durationsOf(input);
  logger.info('outcome', {
    outcome,
    from: plan?.heldBefore
      .map(({ instanceId, networkInterfaceId }) => instanceId ?? networkInterfaceId ?? 'nobody')
      .join(','),
    to: plan?.target?.instanceId ?? null,
    reason: plan?.reason ?? input.error?.Error ?? null,
    requestedBy: plan?.requestedBy ?? null,
    triggeredBy: plan?.trigger ?? null,
    error: input.error?.Error ?? null,
    findings: [plan, input.unassigned, input.assigned, input.verified].flatMap((result) => result?.findings ?? []),
    ...durations,
  });
  writeMetrics(process.env.METRICS_NAMESPACE ?? 'VipFailover', cluster, outcome, durations, readiness(input, isCheck));
}
