import { Token } from 'aws-cdk-lib';
import { z } from 'zod';
import { isKnownTimeZone } from '../functions/shared/time-zone';
import { didYouMean } from './did-you-mean';
import { DEFAULT_LIMITS, MAX_ALARMS_PER_NODE, MAX_NODES_PER_CLUSTER, MAX_VIRTUAL_IPS_PER_CLUSTER } from './limits';

/**
 * The configuration as people write it: the one source for its types, its checks and the JSON Schema that editors read.
 * What a single field may be is said here; what fields may be together is in config-rules.ts.
 *
 * Every message has the form `found …; allowed: …`. IDs, names, addresses and e-mail addresses may be CDK tokens, whose
 * value is known only at deployment: `instance.instanceId` of a user's own app, parameters of a template.
 */
export const INSTANCE_STATES = ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'] as const;

/** Retention periods that CloudWatch Logs knows, days. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

type Message = (issue: { readonly input?: unknown }) => string;

/** The message for a field of which something else was expected. @param values the words to choose from, if these are all */
function allowed(what: string, values: readonly string[] = []): Message {
  return ({ input }) => {
    if (input === undefined) return `${IS_MISSING}; allowed: ${what}`;
    const meant = typeof input === 'string' ? didYouMean(input, values) : undefined;
    return `found ${show(input)}; allowed: ${what}${meant === undefined ? '' : `. Did you mean "${meant}"?`}`;
  };
}

/** How the message for a field that nobody wrote begins. */
export const IS_MISSING = 'is missing';

/** A value as people wrote it, short enough for one line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A string of one shape; `pattern` also goes into the JSON Schema. */
function text(pattern: RegExp, description: string, what: string, tokens: 'tokens' | 'literal' = 'literal') {
  const error = allowed(what);
  return z
    .string({ error })
    .refine((value) => pattern.test(value) || (tokens === 'tokens' && Token.isUnresolved(value)), { error })
    .meta({ pattern: pattern.source, description });
}

/** What the IDs of a kind of resource look like, and how that is said. @param prefix such as `eni` */
export function idOf(prefix: string): { readonly pattern: RegExp; readonly words: string } {
  return {
    pattern: new RegExp(`^${prefix}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`),
    words: `an ID such as "${prefix}-0123456789abcdef0" (${prefix}- and 8 or 17 of the characters 0-9 a-f)`,
  };
}

function id(prefix: string, description: string) {
  const { pattern, words } = idOf(prefix);
  return text(pattern, description, words, 'tokens');
}

function integer(minimum: number, maximum: number, description: string, what: string) {
  const error = allowed(what);
  return z.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error }).meta({ description });
}

function oneOf<const Values extends readonly string[]>(values: Values, description: string) {
  const error = allowed(values.map((value) => `"${value}"`).join(', '), values);
  return z.enum(values, { error }).meta({ description });
}

function list<Item extends z.ZodType>(item: Item, minimum: number, maximum: number, description: string, what: string) {
  const error = allowed(what);
  const count: Message = ({ input }) =>
    `found ${Array.isArray(input) ? many(input.length) : show(input)}; allowed: ${what}`;
  return z.array(item, { error }).min(minimum, { error: count }).max(maximum, { error: count }).meta({ description });
}

function many(count: number): string {
  if (count === 0) return 'an empty list';
  return count === 1 ? 'one of them' : `${count} of them`;
}

/** An object whose unknown keys are errors that list the known ones. */
function fields<Shape extends z.ZodRawShape>(shape: Shape, what: string, description: string) {
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? unknownFields(issue.keys, Object.keys(shape)) : allowed(what)(issue),
    })
    .meta({ description });
}

function unknownFields(found: readonly string[], known: readonly string[]): string {
  const message = `found unknown ${found.length === 1 ? 'field' : 'fields'} ${found.join(', ')}; allowed: ${known.join(', ')}`;
  const guesses = found.flatMap((field) => {
    const meant = didYouMean(field, known);
    if (meant === undefined) return [];
    return [found.length === 1 ? meant : `${meant} instead of ${field}`];
  });
  return guesses.length === 0 ? message : `${message}. Did you mean ${guesses.join(', ')}?`;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
export const IPV4 = new RegExp(`^(?!0\\.|127\\.|169\\.254\\.|22[4-9]\\.|2[3-5]\\d\\.)${OCTET}(?:\\.${OCTET}){3}$`);
export const IPV4_WORDS = 'an IPv4 address of the subnet, such as "10.0.0.5"';

/** A token, or what stands for a whole list of them (`parameter.valueAsList`). */
function isToken(value: string): boolean {
  return Token.isUnresolved(value) || Token.isUnresolved([value]);
}

const addressMessage: Message = ({ input }) =>
  typeof input === 'string' && input.includes(':')
    ? `found ${show(input)}; IPv6 is not supported yet; allowed: ${IPV4_WORDS}`
    : allowed(IPV4_WORDS)({ input });

const address = z
  .string({ error: addressMessage })
  .refine((value) => IPV4.test(value) || isToken(value), { error: addressMessage })
  .meta({ pattern: IPV4.source, description: 'A secondary private IPv4 address of the subnet.' });

const VIRTUAL_IP_WORDS = 'an address such as "10.0.0.5", or an object with "address" and "elasticIpAllocationId"';

const virtualIpObject = fields(
  {
    address,
    elasticIpAllocationId: id(
      'eipalloc',
      'The Elastic IP that belongs on the address and is associated again when a move dropped it.',
    ).optional(),
  },
  VIRTUAL_IP_WORDS,
  'A virtual IP with its Elastic IP.',
);

const NO_EXPRESSION = 'that does not begin with "{%", end with "%}" or have "${" in it';

const alarmName = text(
  // No control characters, CloudWatch's own rule for alarm names. The name stands in the workflow's definition, where
  // Step Functions would take {% … %} for an expression, and the CDK's validation ${ … } for a reference.
  /^(?!\s*$)(?!\{%)(?!.*%\}$)(?!.*\$\{)[^\p{Cc}\p{Cs}]{1,255}$/u,
  'The name of a CloudWatch alarm of this account and Region. While it is in ALARM, the node counts as unhealthy.',
  `the name of a CloudWatch alarm, 1 to 255 characters ${NO_EXPRESSION}`,
  'tokens',
);

const nodeName = text(
  /^(?! )(?!.* $)(?!\{%)(?!.*%\}$)(?!.*\$\{)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u,
  'What people call the node: notices show it beside the instance ID.',
  `plain text such as "mail-1": 1 to 64 characters on one line, no space at either end, ${NO_EXPRESSION}`,
);

const node = fields(
  {
    instanceId: id('i', 'The EC2 instance.'),
    networkInterfaceId: id('eni', 'The network interface of that instance that may hold the virtual IPs.'),
    name: nodeName.optional(),
    alarms: list(
      alarmName,
      0,
      MAX_ALARMS_PER_NODE,
      'Your own alarms on this node.',
      `at most ${MAX_ALARMS_PER_NODE} names of CloudWatch alarms`,
    ).default([]),
  },
  'an object with "instanceId" and "networkInterfaceId"',
  'An instance and its interface.',
);

const automaticFailback = fields(
  {
    afterMinutes: integer(
      5,
      1440,
      'How long the preferred node must have been well again before the addresses move back, minutes.',
      'a whole number of minutes from 5 to 1440',
    ),
  },
  'an object with "afterMinutes"',
  'Automatic failback after a time of your own.',
);

const failback = z
  .union([z.literal('manual'), z.literal('automatic'), automaticFailback], {
    error: allowed('"manual", "automatic", or { "afterMinutes": 60 }', ['manual', 'automatic']),
  })
  .meta({
    description:
      'Whether the addresses move back to the first node by themselves once it has been well again for a while ("automatic": 60 minutes).',
  });

const INTERVAL_WORDS = 'a whole number of minutes from 1 to 60, or false (or 0) for no checks';

const checkIntervalMinutes = z
  .union([z.literal(false), integer(0, 60, 'Minutes.', INTERVAL_WORDS)], { error: allowed(INTERVAL_WORDS) })
  .meta({
    description:
      'The longest time between two checks, which repair the cluster, minutes; false: never. Checks come at the same minutes of every hour.',
  });

const applicationCheck = fields(
  {
    protocol: oneOf(['HTTP', 'HTTPS'], 'How the application is asked.').default('HTTP'),
    port: integer(1, 65535, 'The port that is asked.', 'a port from 1 to 65535'),
    path: text(
      /^\/(?!.*\$\{)[\x21-\x7e]{0,1023}$/,
      'The path that is asked; a status of 200 means that the application is well.',
      'a path that begins with "/", of at most 1024 characters without spaces or "${"',
    ).default('/'),
    failureThreshold: integer(
      1,
      10,
      'How many answers in a row must be missing or bad, one a minute.',
      'a whole number from 1 to 10',
    ).default(2),
    countsFor: oneOf(
      ['holder', 'all'],
      'Whose health it counts for: the holder only (active/passive: the application runs nowhere else), or every node.',
    ).default('holder'),
  },
  'an object with "port"',
  'EC2 asks the application on each node; where it does not answer on the holder, the addresses move.',
);

export const CLUSTER_NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?$/;
export const CLUSTER_NAME_WORDS =
  'a name of 1 to 40 letters, digits, "-" or "_" that begins with a letter and ends with a letter or digit';

const cluster = fields(
  {
    name: text(CLUSTER_NAME, 'The name of the cluster in notices, metrics and commands.', CLUSTER_NAME_WORDS, 'tokens'),
    subnetId: id('subnet', 'The subnet of the virtual IPs and of every node: an address cannot leave its subnet.'),
    virtualIps: list(
      z.union([address, virtualIpObject], { error: allowed(VIRTUAL_IP_WORDS) }),
      1,
      MAX_VIRTUAL_IPS_PER_CLUSTER,
      'The addresses that move, all together.',
      `a list of 1 to ${MAX_VIRTUAL_IPS_PER_CLUSTER} virtual IPs`,
    ),
    nodes: list(
      node,
      2,
      MAX_NODES_PER_CLUSTER,
      'The nodes in order of preference.',
      `a list of 2 to ${MAX_NODES_PER_CLUSTER} nodes: one to hold the addresses and at least one to take them over`,
    ),
    triggerStates: list(
      oneOf(INSTANCE_STATES, 'An instance state.'),
      1,
      INSTANCE_STATES.length,
      'The instance states whose events start the workflow. "running" only ever repairs.',
      'a list of at least one instance state',
    ).default(['stopping', 'stopped', 'shutting-down', 'terminated', 'running']),
    handover: oneOf(
      ['unassign-first', 'atomic'],
      'How the addresses change hands: taken off the old holder first, or reassigned by EC2 in one call.',
    ).default('unassign-first'),
    applicationCheck: applicationCheck.optional(),
    failback: failback.default('manual'),
    dampingMinutes: integer(
      0,
      60,
      'How long alarms of a node must have been quiet before it takes the addresses from a node whose instance runs, minutes; 0: no damping.',
      'a whole number of minutes from 0 to 60',
    ).default(5),
    checkIntervalMinutes: checkIntervalMinutes.default(5),
    pauseAlarmHours: integer(
      1,
      168,
      'How long a cluster may be paused without a break before an alarm says so, hours.',
      'a whole number of hours from 1 to 168',
    ).default(24),
  },
  'an object with "name", "subnetId", "virtualIps" and "nodes"',
  'A cluster.',
);

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
/** What browsers take in a field for an address, without braces, and with a domain of two labels or more. */
export const EMAIL = new RegExp(`^(?=.{1,254}$)[\\w.!#$%&'*+/=?^\`|~-]+@${LABEL}(?:\\.${LABEL})+$`);
/** @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const ARN = 'arn:aws(?:-cn|-us-gov|-eusc|-iso(?:-[a-z])?)?';
export const TOPIC_ARN = new RegExp(`^${ARN}:sns:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]{1,256}$`);
export const KEY_ARN = new RegExp(`^${ARN}:kms:[a-z0-9-]+:\\d{12}:key/[A-Za-z0-9-]+$`);
export const TOPIC_WORDS = 'the ARN of an SNS topic, such as "arn:aws:sns:eu-west-1:111122223333:operations"';

export const LOCALES = ['en', 'ja'] as const;

/** A name of the IANA database. Abbreviations ("IST") mean one thing here and another there, and offsets know no summer time. */
const TIME_ZONE = /^(?:UTC|[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)+)$/;
const timeZoneMessage = allowed('the name of a time zone, such as "Asia/Tokyo" or "UTC"', [
  'UTC',
  ...Intl.supportedValuesOf('timeZone'),
]);

const timeZone = z
  .string({ error: timeZoneMessage })
  .refine((value) => TIME_ZONE.test(value) && isKnownTimeZone(value), { error: timeZoneMessage })
  .meta({
    pattern: TIME_ZONE.source,
    description: 'The time zone whose local time stands beside UTC in notices: a name of the IANA database.',
  });

const EMAILS_WORDS = 'a list of at most 50 e-mail addresses, or "none"';

const emailList = list(
  text(EMAIL, 'An e-mail address.', 'an e-mail address', 'tokens'),
  0,
  50,
  'E-mail addresses.',
  EMAILS_WORDS,
);

const notifications = fields(
  {
    emails: z
      .union([z.literal('none'), emailList], { error: allowed(EMAILS_WORDS) })
      .meta({
        description:
          'Who gets the notices; each address has to confirm its subscription once. "none": you subscribe to the topic of the stack yourself, and no check looks whether anybody does.',
      })
      .default([]),
    locale: oneOf(LOCALES, 'The language of the notices.').default('en'),
    timeZone: timeZone.default('UTC'),
    chat: z
      .boolean({ error: allowed('true or false') })
      .meta({
        description: 'A second topic with every notice in the form that Amazon Q Developer shows in Slack and Teams.',
      })
      .default(false),
    topicArn: text(
      TOPIC_ARN,
      'An existing topic of the same Region instead of one of the stack.',
      TOPIC_WORDS,
      'tokens',
    ).optional(),
    keyArn: text(
      KEY_ARN,
      'An existing KMS key of the same Region: the one of topicArn, or the one that is to encrypt the topic of the stack.',
      'the ARN of a KMS key, such as "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
      'tokens',
    ).optional(),
    secondAlarmTopicArn: text(
      TOPIC_ARN,
      'A second topic of the same Region for alarms, because a broken topic cannot report itself.',
      TOPIC_WORDS,
      'tokens',
    ).optional(),
  },
  'an object with "emails", "locale", …',
  'Who is told, and how.',
);

export const configSchema = fields(
  {
    $schema: z.string().meta({ description: 'Where editors find the JSON Schema of this file.' }).optional(),
    clusters: z
      .array(cluster, { error: allowed('a list of at least one cluster') })
      .min(1, { error: allowed('a list of at least one cluster') })
      .meta({ description: 'The clusters of this stack.', maxItems: DEFAULT_LIMITS.clusters }),
    notifications: notifications.prefault({}),
    logRetentionDays: z
      .literal(RETENTION_DAYS, { error: allowed(`one of ${RETENTION_DAYS.join(', ')}`) })
      .meta({ description: 'How long logs (the audit trail) are kept, days.' })
      .default(731),
    memoryMegabytes: integer(
      128,
      10240,
      'Memory of each Lambda, megabytes; it also sets the share of CPU.',
      'a whole number of megabytes from 128 to 10240',
    ).default(512),
    reservedConcurrency: integer(
      1,
      1000,
      'Concurrent invocations that are set aside for each of the five Lambdas, and its maximum at the same time. The account must have five times as much to give and keep 100 unreserved; a new account may have no more than 10 in all.',
      'a whole number from 1 to 1000; leave it out to reserve nothing',
    ).optional(),
  },
  'an object with "clusters"',
  'Configuration of virtual-IP failover.',
);

/** The configuration as people write it, defaults left out. */
export type ConfigInput = z.input<typeof configSchema>;

/** The configuration with every default filled in. */
export type Config = z.output<typeof configSchema>;

export type ClusterConfig = Config['clusters'][number];
