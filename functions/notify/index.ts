import { EC2Client } from '@aws-sdk/client-ec2';
import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { call, OPTIONAL_READER, WRITER } from '../shared/aws-clients';
import type { NotifyInput, NotifyOutput } from '../shared/contract';
import { describeError } from '../shared/errors';
import { handler as toHandler } from '../shared/handler';
import { logger } from '../shared/logger';
import { PUBLISH_MS } from '../shared/timing';
import { warmUp } from '../shared/warm-up';
import { silenceOf } from './audience';
import { type Sendings, sendBeside } from './beside';
import { chatMessage } from './chat';
import { clusterOf, composeNotice, type Looked } from './compose';
import { findListeners } from './listeners';
import { knownTimeZone } from './local-time';
import { en } from './locales/en';
import { ja } from './locales/ja';
import { lookAround } from './look';
import { writeClusterMetrics, writeLost, writeOutcome, writeTold } from './metrics';
import type { Locale, Notice } from './notice';
import { outcomeEvent } from './outcome-event';
import { putEvent } from './put-events';
import { type OutcomeRecord, outcomeRecord, recordNotice, recordOutcome } from './record';

const ec2 = new EC2Client(OPTIONAL_READER);
// Not repeated inside the Lambda: SNS may carry out what it answers late, and the workflow tries again.
const sns = new SNSClient({ ...WRITER, requestHandler: { ...WRITER.requestHandler, requestTimeout: PUBLISH_MS } });
void warmUp(new PublishCommand({ Message: '' }), (command) => sns.send(command));
const optionalSns = new SNSClient(OPTIONAL_READER);
const LOCALES: Readonly<Record<string, Locale>> = { en, ja };

/**
 * Records how an execution ended, and tells people where they should know: one SNS message an outcome. On failure it first
 * looks where the addresses are. Programs get an event of every outcome, silent ones too, and a chat what
 * people are told; neither keeps the notice waiting, nor fails it. It has no deadline: what is left of the execution's time is for it.
 * @throws {TransientAwsError} and SNS's permanent errors, such as AuthorizationError or NotFound
 */
export const handler = toHandler(notify, () => Number.POSITIVE_INFINITY);

async function notify(input: NotifyInput): Promise<NotifyOutput> {
  const silence = silenceOf(input);
  const listeners = await findListeners(optionalSns, input);
  const notice = composeNotice(input, silence === null ? await lookIfFailed(input) : null, listeners);
  logger.appendKeys({ cluster: notice.cluster ?? 'unknown', mode: notice.mode });
  const record = outcomeRecord(input, notice, silence);
  recordOutcome(record);
  writeClusterMetrics(input, notice, silence);
  const [[told], lost] = await Promise.all([
    Promise.allSettled([silence === null ? tell(input, notice) : null]),
    sendBeside(input.execution, besides(input, notice, record)),
  ]);
  writeLost(input, notice, lost);
  if (told.status === 'rejected') throw told.reason;
  writeOutcome(input, notice);
  const { outcome, outageMs, darkTimeMs } = notice;
  return { outcome, messageId: told.value, outageMs, darkTimeMs };
}

async function lookIfFailed(input: NotifyInput): Promise<Looked> {
  const cluster = clusterOf(input);
  return input.kind === 'FAILURE' && cluster !== null ? lookAround(ec2, cluster) : null;
}

async function tell(input: NotifyInput, notice: Notice): Promise<string> {
  const { outcome } = notice;
  let subject = '';
  try {
    const { topicArn, locale, timeZone } = settings();
    subject = locale.subject(notice);
    const messageId = await publish(notice, {
      TopicArn: topicArn,
      Subject: subject,
      Message: locale.body(notice, timeZone),
    });
    recordNotice({ outcome, subject, messageId, error: null });
    writeTold(input, notice, true);
    return messageId;
  } catch (error) {
    recordNotice({ outcome, subject, messageId: null, error: describeError(error) });
    writeTold(input, notice, false);
    throw error;
  }
}

/** What programs and chats get: an event of every outcome, a message of what people are told. */
function besides(input: NotifyInput, notice: Notice, record: OutcomeRecord): Sendings {
  const { CHAT_TOPIC_ARN: chatTopicArn } = process.env;
  return {
    event: () => putEvent(outcomeEvent(record)),
    ...(chatTopicArn !== undefined && record.told && { chat: () => chat(chatTopicArn, input, notice) }),
  };
}

async function chat(topicArn: string, { execution }: NotifyInput, notice: Notice): Promise<string> {
  const { locale, timeZone } = settings();
  const message = chatMessage(notice, execution, locale, timeZone);
  return publish(notice, { TopicArn: topicArn, Message: JSON.stringify(message) });
}

interface Settings {
  readonly topicArn: string;
  readonly locale: Locale;
  readonly timeZone: string;
}

function settings(): Settings {
  const { TOPIC_ARN: topicArn, LOCALE: language = 'en', TIME_ZONE: timeZone = 'UTC' } = process.env;
  const locale = LOCALES[language];
  if (topicArn !== undefined && locale !== undefined) return { topicArn, locale, timeZone: knownTimeZone(timeZone) };
  throw new Error(
    `TOPIC_ARN is ${topicArn ?? 'missing'} and LOCALE is "${language}"; the stack sets a topic's ARN and "en" or "ja". Deploy it again.`,
  );
}

type Message = Pick<PublishCommandInput, 'TopicArn' | 'Subject' | 'Message'>;

async function publish(notice: Notice, message: Message): Promise<string> {
  const attribute = (value: string | null) => ({ DataType: 'String', StringValue: value ?? 'unknown' });
  const command = new PublishCommand({
    ...message,
    MessageAttributes: {
      cluster: attribute(notice.cluster),
      outcome: attribute(notice.outcome),
      mode: attribute(notice.mode),
    },
  });
  const { MessageId: messageId = '' } = await call('Publish', sns.send(command));
  return messageId;
}
