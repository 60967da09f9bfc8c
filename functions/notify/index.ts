import { EC2Client } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { CLIENT_DEFAULTS, call, READ_ATTEMPTS } from '../shared/aws';
import { logger } from '../shared/logger';
import type { NotifyInput, NotifyOutput } from '../shared/types';
import { clusterOf, composeNotice, durationsOf, type Looked, latestPlan, outcomeOf } from './compose';
import { en } from './locales/en';
import { ja } from './locales/ja';
import { readiness, writeMetrics } from './metrics';
import { asRecord, type Notice } from './notice';
import { lookAround } from './where';

const ec2 = new EC2Client({ ...CLIENT_DEFAULTS, maxAttempts: READ_ATTEMPTS });
const sns = new SNSClient({ ...CLIENT_DEFAULTS, maxAttempts: READ_ATTEMPTS });
const LOCALES: Readonly<Record<string, typeof en>> = { en, ja };

/**
 * Tells people how an execution ended, where they should know: one SNS message an outcome. On failure it first looks
 * where the addresses are. It has no deadline: what is left of the execution's time is for it.
 * @throws {TransientAwsError} and SNS's permanent errors, such as AuthorizationError or NotFound
 */
export const handler = async (input: NotifyInput): Promise<NotifyOutput> => {
  const plan = latestPlan(input);
  const mode = plan?.mode ?? asRecord(input.input).mode;
  const outcome = outcomeOf(input);
  const cluster = clusterOf(input)?.name ?? 'unknown';
  logger.resetKeys();
  logger.appendKeys({ executionId: input.execution.id, cluster, mode });
  try {
    const messageId = outcome === 'CHECKED' || isQuietCheck(input, mode) ? null : await tell(input, outcome);
    record(input, outcome, cluster, mode === 'check');
    return { outcome, messageId, ...durationsOf(input) };
  } catch (error) {
    logger.error('failed', error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
};

/**
 * A check that cannot repair would send its notice every few minutes; the readiness alarm says it once instead. A check
 * that may have changed something before it failed is told.
 */
function isQuietCheck(input: NotifyInput, mode: unknown): boolean {
  return input.kind === 'FAILURE' && mode === 'check' && !mayHaveChanged(input);
}

/** Only a target that refused is sure to have changed nothing; every other way back to the decision may come after a change. */
function mayHaveChanged({ unassigned, assigned, previous }: NotifyInput): boolean {
  const released = [unassigned, previous?.unassigned].some((result) => (result?.released.length ?? 0) > 0);
  const earlier =
    previous?.plan == null ? [] : [...previous.plan.attempts.map(({ error }) => error), previous.error?.Error];
  return (
    assigned !== null ||
    released ||
    previous?.plan?.homelessSince != null ||
    earlier.some((error) => error !== 'TargetCannotHold')
  );
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
          cluster: { DataType: 'String', StringValue: notice.cluster },
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
    from: plan?.holders
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
