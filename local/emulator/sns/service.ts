import type { Decision } from '../iam/access';
import type { ResolvedTemplate } from '../iam/template';
import { ApiError, type ApiRequest, type ApiResponse } from '../kernel/api';
import { Parameters, parseQuery } from '../kernel/query';
import type { Answer, Failure, ParsedCall, Permission, Service, ServiceCall } from '../kernel/service';
import type { Timeline } from '../kernel/timeline';
import { element, type XmlValue } from '../kernel/xml';
import { invalid, Topics, topicOf } from './topics';

/** What the local SNS knows, by action: its parameters. */
export const SNS_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  GetTopicAttributes: ['TopicArn'],
  ListSubscriptionsByTopic: ['TopicArn', 'NextToken'],
  ListTopics: ['NextToken'],
  Publish: ['TopicArn', 'TargetArn', 'Message', 'Subject', 'MessageAttributes'],
  Unsubscribe: ['SubscriptionArn'],
};

const NAMESPACE = ' xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';
const MOST_BYTES = 256 * 1024;
/** Topics or subscriptions of one answer. */
const PAGE = 100;

export interface PublishRequest {
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Amazon SNS: publishes to the template's topics, lists them, and takes subscriptions off; the timeline gets the notice.
 * @see SNS API Reference, Publish, ListTopics, ListSubscriptionsByTopic, GetTopicAttributes, Unsubscribe
 */
export class Sns implements Service {
  readonly name = 'sns';
  readonly faultCodes = {
    throttle: ['Throttled', 429],
    error500: ['InternalError', 500],
    error503: ['ServiceUnavailable', 503],
  } as const;

  private readonly topics: Topics;

  constructor(
    private readonly template: ResolvedTemplate,
    private readonly timeline: Timeline,
    private readonly uuid: () => string,
  ) {
    this.topics = new Topics(template);
  }

  recognizes(request: ApiRequest): boolean {
    return request.body.includes('Version=2010-03-31');
  }

  parse(request: ApiRequest): ParsedCall {
    const { action, parameters } = parseQuery(request);
    if (!Object.hasOwn(SNS_ACTIONS, action))
      throw new ApiError(
        'InvalidAction',
        `The action ${action} is not valid for this endpoint (the local cloud knows ${Object.keys(SNS_ACTIONS).join(', ')}).`,
      );
    return { action, parameters: parameters.values };
  }

  permissions({ action, parameters }: ServiceCall): readonly Permission[] {
    if (action === 'Publish') return this.publishPermissions(readPublish(parameters).topicArn);
    // Who lists all topics names none, and whoever unsubscribes needs it on the topic.
    // @see Service Authorization Reference, "Amazon SNS"
    const given = read(action, parameters);
    const topicArn = action === 'Unsubscribe' ? topicOf(given.required('SubscriptionArn')) : given.text('TopicArn');
    return [{ action: `sns:${action}`, resource: topicArn ?? '*' }];
  }

  /** Publishing to an encrypted topic also needs two actions on its key. @see SNS Developer Guide, "Key management" */
  publishPermissions(topicArn: string): readonly Permission[] {
    const publish = { action: 'sns:Publish', resource: topicArn };
    const keyArn = this.topics.keyOf(topicArn);
    if (keyArn === null) return [publish];
    const context = { 'kms:ViaService': `sns.${this.template.region}.amazonaws.com` };
    return [
      publish,
      { action: 'kms:GenerateDataKey', resource: keyArn, context },
      { action: 'kms:Decrypt', resource: keyArn, context },
    ];
  }

  execute(call: ServiceCall): Answer {
    const { action, requestId } = call;
    const { body, result } = this.run(call);
    const whole = { [`${action}Result`]: body, ResponseMetadata: { RequestId: requestId } };
    return { response: xml(200, element(`${action}Response`, whole, 'member', NAMESPACE), requestId), result };
  }

  private run({ action, parameters }: ServiceCall): { readonly body: XmlValue; readonly result: string } {
    if (action === 'Publish') {
      const messageId = this.publish(readPublish(parameters));
      return { body: { MessageId: messageId }, result: `message ${messageId}` };
    }
    const given = read(action, parameters);
    const topicArn = given.text('TopicArn') ?? '';
    switch (action) {
      case 'ListTopics': {
        const { rows, NextToken } = paged(this.topics.arns, given);
        return {
          body: { Topics: rows.map((TopicArn) => ({ TopicArn })), NextToken },
          result: rows.join(', ') || 'no topic',
        };
      }
      case 'ListSubscriptionsByTopic': {
        const { rows, NextToken } = paged(this.topics.subscriptionsOf(topicArn), given);
        const Subscriptions = rows.map((each) => ({
          SubscriptionArn: each.arn,
          Owner: this.template.accountId,
          Protocol: each.protocol,
          Endpoint: each.endpoint,
          TopicArn: each.topicArn,
        }));
        return { body: { Subscriptions, NextToken }, result: `${rows.length} subscriptions` };
      }
      case 'Unsubscribe': {
        const arn = given.required('SubscriptionArn');
        this.topics.unsubscribe(arn);
        return { body: {}, result: `${arn} is gone` };
      }
      default:
        return { body: { Attributes: this.topics.attributesOf(topicArn) }, result: topicArn };
    }
  }

  /** @returns the message ID. @throws ApiError `InvalidParameter`, `NotFound` */
  publish({ topicArn, message, subject, attributes = {} }: PublishRequest): string {
    this.topics.find(topicArn);
    if (message === '') throw invalid('Empty message');
    if (Buffer.byteLength(message) > MOST_BYTES) throw invalid('Message too long');
    // Under 100 characters, no line breaks and no control characters.
    if (subject !== undefined && !/^[^\p{Cc}\u2028\u2029]{1,99}$/u.test(subject)) throw invalid('Subject');
    const messageId = this.uuid();
    this.timeline.add({ type: 'notice', topic: topicArn, subject: subject ?? '', message, attributes });
    return messageId;
  }

  fail(failure: Failure, requestId: string): ApiResponse {
    const { code: Code, message: Message, status } = failure;
    const body = { Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code, Message }, RequestId: requestId };
    return xml(status, element('ErrorResponse', body, 'member', NAMESPACE), requestId);
  }

  deny(permission: Permission, callerArn: string, decision: Decision, requestId: string): ApiError {
    if (permission.action.startsWith('kms:'))
      return new ApiError(
        'KMSAccessDenied',
        `null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: ${requestId}; Proxy: null)`,
      );
    const why = decision.allowed ? '' : decision.why.replace('sns:', 'SNS:');
    return new ApiError(
      'AuthorizationError',
      `User: ${callerArn} is not authorized to perform: ${permission.action.replace('sns:', 'SNS:')} on resource: ${permission.resource} ${why}`,
      403,
    );
  }
}

function read(action: string, parameters: unknown): Parameters {
  const call = new Parameters(Object.fromEntries(Object.entries(Object(parameters))));
  call.only(SNS_ACTIONS[action] ?? []);
  return call;
}

/** The next rows; a token is the number of the first. @throws ApiError `InvalidParameter` */
function paged<Row>(
  rows: readonly Row[],
  parameters: Parameters,
): { readonly rows: readonly Row[]; readonly NextToken: string | undefined } {
  const token = parameters.text('NextToken') ?? '0';
  if (!/^\d{1,9}$/.test(token)) throw invalid('NextToken');
  const end = Number(token) + PAGE;
  return { rows: rows.slice(Number(token), end), NextToken: end < rows.length ? String(end) : undefined };
}

function readPublish(parameters: unknown): PublishRequest {
  const call = read('Publish', parameters);
  const subject = call.text('Subject');
  const attributes = call.structures('MessageAttributes').map((entry): [string, string] => {
    const value = entry.structure('Value');
    const type = value?.required('DataType') ?? '';
    if (!/^(String|Number)(\.|$)/.test(type) && type !== 'String.Array')
      throw new ApiError(
        'InvalidParameterValue',
        `The message attribute type ${type} is not supported by the local cloud.`,
      );
    return [entry.required('Name'), value?.required('StringValue') ?? ''];
  });
  return {
    topicArn: call.text('TopicArn') ?? call.text('TargetArn') ?? '',
    message: call.text('Message') ?? '',
    ...(subject !== undefined && { subject }),
    attributes: Object.fromEntries(attributes),
  };
}

function xml(status: number, body: string, requestId: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
