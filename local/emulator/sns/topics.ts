import type { ResolvedTemplate, TemplateResource } from '../iam/template';
import { ApiError } from '../kernel/api';
import { uuidOf } from '../template/identities';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
}

/**
 * The template's topics and who is subscribed. Every subscription counts as confirmed: nobody gets a mail here whose link
 * could be followed, so that none has `PendingConfirmation` for its ARN as on AWS.
 */
export class Topics {
  private readonly unsubscribed = new Set<string>();

  constructor(private readonly template: ResolvedTemplate) {}

  get arns(): readonly string[] {
    return this.ofType('AWS::SNS::Topic').map(({ physicalId }) => physicalId);
  }

  /** @throws ApiError `InvalidParameter`, `NotFound` */
  find(topicArn: string): TemplateResource {
    if (!/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(topicArn)) throw invalid('TopicArn');
    const topic = this.topic(topicArn);
    if (topic === undefined) throw new ApiError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  /** Those of the topic's own property, and the resources that name it. @throws ApiError `InvalidParameter`, `NotFound` */
  subscriptionsOf(topicArn: string): readonly Subscription[] {
    const { Subscription: own } = this.find(topicArn).properties;
    const alone = this.ofType('AWS::SNS::Subscription').map(({ properties }) => properties);
    const all = [...(Array.isArray(own) ? own : []), ...alone.filter(({ TopicArn }) => TopicArn === topicArn)];
    const found = all.map((each: unknown) => {
      const { Protocol: protocol, Endpoint: endpoint } = Object(each);
      const arn = `${topicArn}:${uuidOf(`${topicArn} ${protocol} ${endpoint}`)}`;
      return { arn, topicArn, protocol: String(protocol), endpoint: String(endpoint) };
    });
    // Who subscribes again gets the subscription that there is. @see SNS API Reference, Subscribe
    const unique = new Map(found.map((each) => [each.arn, each])).values();
    return [...unique].filter(({ arn }) => !this.unsubscribed.has(arn));
  }

  /** One that is gone already is no error. @throws ApiError `InvalidParameter`, `NotFound` where there is no such topic */
  unsubscribe(subscriptionArn: string): void {
    this.find(topicOf(subscriptionArn));
    this.unsubscribed.add(subscriptionArn);
  }

  /** `Policy` where the template has one. @throws ApiError `InvalidParameter`, `NotFound` */
  attributesOf(topicArn: string): ReadonlyMap<string, string> {
    const { DisplayName, KmsMasterKeyId } = this.find(topicArn).properties;
    const policies = this.ofType('AWS::SNS::TopicPolicy').map(({ properties }) => properties);
    const policy = policies.find(({ Topics }) => Array.isArray(Topics) && Topics.includes(topicArn));
    return new Map([
      ['TopicArn', topicArn],
      ['Owner', this.template.accountId],
      ['DisplayName', typeof DisplayName === 'string' ? DisplayName : ''],
      ['SubscriptionsConfirmed', String(this.subscriptionsOf(topicArn).length)],
      ['SubscriptionsPending', '0'],
      ['SubscriptionsDeleted', String(this.unsubscribed.size)],
      ...(typeof KmsMasterKeyId === 'string' ? [['KmsMasterKeyId', KmsMasterKeyId] as const] : []),
      ...(policy === undefined ? [] : [['Policy', JSON.stringify(policy.PolicyDocument)] as const]),
    ]);
  }

  /** The customer-managed key of a topic, or null. AWS's own key (`alias/aws/sns`) lets everyone in the account use it. */
  keyOf(topicArn: string): string | null {
    const id = this.topic(topicArn)?.properties.KmsMasterKeyId;
    if (id === undefined || id === 'alias/aws/sns') return null;
    const key = this.ofType('AWS::KMS::Key').find((each) => each.physicalId === id || each.arn === id);
    if (key?.arn === undefined || key.arn === null)
      throw new Error(`${topicArn} names the key ${String(id)}, which the template does not have.`);
    return key.arn;
  }

  private topic(arn: string): TemplateResource | undefined {
    return this.ofType('AWS::SNS::Topic').find(({ physicalId }) => physicalId === arn);
  }

  private ofType(type: string): readonly TemplateResource[] {
    return this.template.resources.filter((each) => each.type === type);
  }
}

/** A subscription's ARN is its topic's and an ID. */
export function topicOf(subscriptionArn: string): string {
  return subscriptionArn.split(':').slice(0, 6).join(':');
}

export function invalid(what: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: ${what}`);
}
