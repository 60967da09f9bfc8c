import type { Decision } from '../iam/access';
import type { ResolvedTemplate } from '../iam/template';
import { ApiError, type ApiRequest, type ApiResponse } from '../kernel/api';
import { Parameters, parseQuery } from '../kernel/query';
import type { Answer, Failure, ParsedCall, Permission, Service, ServiceCall } from '../kernel/service';
import type { Timeline } from '../kernel/timeline';
import { element } from '../kernel/xml';

const PUBLISH_PARAMETERS = ['TopicArn', 'TargetArn', 'Message', 'Subject', 'MessageAttributes'];

/** What the local SNS knows, by action: its parameters. */
export const SNS_ACTIONS: Readonly<Record<string, readonly string[]>> = { Publish: PUBLISH_PARAMETERS };

const NAMESPACE = ' xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';
const MOST_BYTES = 256 * 1024;

export interface PublishRequest {
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Amazon SNS: publishes to the template's topics; the timeline gets the notice.
 * @see SNS API Reference, Publish
 */
export class Sns implements Service {
  readonly name = 'sns';
  readonly faultCodes = {
    throttle: ['Throttled', 429],
    error500: ['InternalError', 500],
    error503: ['ServiceUnavailable', 503],
  } as const;

  constructor(
    private readonly template: ResolvedTemplate,
    private readonly timeline: Timeline,
    private readonly uuid: () => string,
  ) {}

  recognizes(request: ApiRequest): boolean {
    return request.body.includes('Version=2010-03-31');
  }

  parse(request: ApiRequest): ParsedCall {
    const { action, parameters } = parseQuery(request);
    if (!Object.hasOwn(SNS_ACTIONS, action))
      throw new ApiError(
        'InvalidAction',
        `The action ${action} is not valid for this endpoint (the local cloud knows Publish).`,
      );
    return { action, parameters: parameters.values };
  }

  permissions(call: ServiceCall): readonly Permission[] {
    return this.publishPermissions(readPublish(call.parameters).topicArn);
  }

  /** Publishing to an encrypted topic also needs two actions on its key. @see SNS Developer Guide, "Key management" */
  publishPermissions(topicArn: string): readonly Permission[] {
    const publish = { action: 'sns:Publish', resource: topicArn };
    const keyArn = this.keyOf(topicArn);
    if (keyArn === null) return [publish];
    const context = { 'kms:ViaService': `sns.${this.template.region}.amazonaws.com` };
    return [
      publish,
      { action: 'kms:GenerateDataKey', resource: keyArn, context },
      { action: 'kms:Decrypt', resource: keyArn, context },
    ];
  }

  execute(call: ServiceCall): Answer {
    const messageId = this.publish(readPublish(call.parameters));
    const body = {
      PublishResult: { MessageId: messageId },
      ResponseMetadata: { RequestId: call.requestId },
    };
    return {
      response: xml(200, element('PublishResponse', body, 'member', NAMESPACE), call.requestId),
      result: `message ${messageId}`,
    };
  }

  /** @returns the message ID. @throws ApiError `InvalidParameter`, `NotFound` */
  publish({ topicArn, message, subject, attributes = {} }: PublishRequest): string {
    if (!/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(topicArn)) throw invalid('TopicArn');
    if (this.topic(topicArn) === undefined) throw new ApiError('NotFound', 'Topic does not exist', 404);
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
      `User: ${callerArn} is not authorized to perform: SNS:Publish on resource: ${permission.resource} ${why}`,
      403,
    );
  }

  private topic(arn: string) {
    return this.template.resources.find((each) => each.type === 'AWS::SNS::Topic' && each.physicalId === arn);
  }

  /** The customer-managed key of a topic, or null. AWS's own key (`alias/aws/sns`) lets everyone in the account use it. */
  private keyOf(topicArn: string): string | null {
    const id = this.topic(topicArn)?.properties.KmsMasterKeyId;
    if (id === undefined || id === 'alias/aws/sns') return null;
    const key = this.template.resources.find(
      (each) => each.type === 'AWS::KMS::Key' && (each.physicalId === id || each.arn === id),
    );
    if (key?.arn === undefined || key.arn === null)
      throw new Error(`${topicArn} names the key ${String(id)}, which the template does not have.`);
    return key.arn;
  }
}

function readPublish(parameters: unknown): PublishRequest {
  const call = new Parameters(Object.fromEntries(Object.entries(Object(parameters))));
  call.only(PUBLISH_PARAMETERS);
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

function invalid(what: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${what}`);
}

function xml(status: number, body: string, requestId: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
