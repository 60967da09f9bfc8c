import type { ResolvedTemplate } from '../iam/template';
import type { Caller } from '../kernel/api';
import { accessKeyOfRole } from '../kernel/caller';
import type { AnsweredCall } from '../kernel/service';
import type { JsonObject } from '../template/json';

/** One management event, as CloudTrail keeps it. */
export interface TrailRecord {
  /** Milliseconds since the epoch, whole seconds: CloudTrail keeps no more. */
  readonly at: number;
  readonly eventName: string;
  readonly record: JsonObject;
}

type Shape = (parameters: Readonly<Record<string, unknown>>, body: string) => readonly [JsonObject, JsonObject];

/**
 * The calls that are kept, by service and action, with request and response as CloudTrail writes them.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cloud-trail.html "StartExecution"
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-with-cloudtrail.html
 */
const KEPT: Readonly<Record<string, Shape>> = {
  'states StartExecution': ({ stateMachineArn, name, input }, body) => [
    textFields({ stateMachineArn, name, input }),
    startedIn(body),
  ],
  'ec2 CreateTags': (parameters) => [tagging(parameters), { _return: true }],
  'ec2 DeleteTags': (parameters) => [tagging(parameters), { _return: true }],
};

/** Events that can be looked up by name. Data events, like PutEvents and Publish, are never in the event history. */
export const KEPT_EVENTS: readonly string[] = Object.keys(KEPT).map((key) => key.split(' ')[1] ?? '');

/** The account's event history: who made which call, oldest first. */
export class Trail {
  readonly records: TrailRecord[] = [];

  constructor(
    private readonly template: ResolvedTemplate,
    private readonly uuid: () => string,
  ) {}

  add({ service, call, body, error, at }: AnsweredCall): void {
    const shape = KEPT[`${service} ${call.action}`];
    if (shape === undefined) return;
    const [requestParameters, responseElements] = shape(Object(call.parameters), body);
    const { accountId, region } = this.template;
    const second = Math.floor(at / 1000) * 1000;
    this.records.push({
      at: second,
      eventName: call.action,
      record: {
        eventVersion: '1.08',
        userIdentity: this.identityOf(call.caller, call.callerArn),
        eventTime: new Date(second).toISOString().replace('.000', ''),
        eventSource: `${service}.amazonaws.com`,
        eventName: call.action,
        awsRegion: region,
        sourceIPAddress: '127.0.0.1',
        userAgent: call.request.headers['user-agent'] ?? '',
        ...(error !== null && { errorCode: error.code, errorMessage: error.message }),
        requestParameters,
        responseElements: error === null ? responseElements : null,
        requestID: call.requestId,
        eventID: this.uuid(),
        readOnly: false,
        eventType: 'AwsApiCall',
        managementEvent: true,
        recipientAccountId: accountId,
        eventCategory: 'Management',
      },
    });
  }

  /** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
  private identityOf(caller: Caller, arn: string): JsonObject {
    const { accountId } = this.template;
    if (caller.kind === 'administrator') return { type: 'Root', principalId: accountId, arn, accountId };
    if (caller.kind === 'service') return { type: 'AWSService', invokedBy: caller.principal };
    const role = this.template.resources.find(({ logicalId }) => logicalId === caller.roleLogicalId);
    const accessKeyId = accessKeyOfRole(caller.roleLogicalId);
    const principalId = `AROA${accessKeyId.slice(4)}`;
    const issuer = { type: 'Role', principalId, arn: role?.arn ?? '', accountId, userName: role?.physicalId ?? '' };
    return {
      type: 'AssumedRole',
      principalId: `${principalId}:${arn.split('/').at(-1) ?? ''}`,
      arn,
      accountId,
      accessKeyId,
      sessionContext: { sessionIssuer: issuer },
    };
  }
}

function textFields(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
  );
}

/** CloudTrail writes times as Java's locale does: "Oct 28, 2016 1:17:25 AM". */
function startedIn(body: string): JsonObject {
  const { executionArn, startDate } = Object(body === '' ? {} : JSON.parse(body));
  const format = { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' } as const;
  const words = new Date(Number(startDate) * 1000).toLocaleString('en-US', format);
  return { startDate: words.replaceAll('\u202f', ' '), executionArn: String(executionArn ?? '') };
}

/** The lists of EC2's query protocol, as CloudTrail nests them. */
function tagging({ ResourceId, Tag }: Readonly<Record<string, unknown>>): JsonObject {
  const resources = listOf(ResourceId).map((id) => ({ resourceId: String(id) }));
  const tags = listOf(Tag).map((tag) => {
    const { Key, Value } = Object(tag);
    return textFields({ key: Key, value: Value });
  });
  return { resourcesSet: { items: resources }, tagSet: { items: tags } };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
