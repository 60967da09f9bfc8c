import { readFileSync } from 'node:fs';
import { ConfigError, parseConfig } from '../../infra/config';
import { CONFIG_JSON_SCHEMA_FILE, configJsonSchema } from '../../infra/config-json-schema';
import { contextOfCdkJson } from '../../infra/config-source';
import { DEFAULT_LIMITS } from '../../infra/limits';
import { cluster, id } from './support';

const mail = cluster('mail', 1);
const [first, second] = mail.nodes;
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:operations';
const ELASTIC_IP = id('eipalloc', 1);

/** What is wrong with a configuration, one line a problem. Where it does not say who is told, nobody is. */
function problems(config: unknown, region?: string): readonly string[] {
  const isObject = typeof config === 'object' && config !== null && !Array.isArray(config);
  try {
    parseConfig(isObject ? { notifications: { emails: 'none' }, ...config } : config, DEFAULT_LIMITS, region);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** A configuration of the one cluster `mail` with some fields changed. */
function withMail(changes: object): object {
  return { clusters: [{ ...mail, ...changes }] };
}

test('a configuration without problems gets its defaults', () => {
  expect(parseConfig({ clusters: [mail], notifications: { emails: 'none' } })).toEqual({
    clusters: [
      {
        ...mail,
        nodes: mail.nodes.map((node) => ({ ...node, alarms: [] })),
        triggerStates: ['stopping', 'stopped', 'shutting-down', 'terminated', 'running'],
        handover: 'unassign-first',
        failback: 'manual',
        dampingMinutes: 5,
        checkIntervalMinutes: 5,
        pauseAlarmHours: 24,
      },
    ],
    notifications: { emails: 'none', locale: 'en', timeZone: 'UTC', chat: false },
    logRetentionDays: 731,
    memoryMegabytes: 512,
  });
});

test('a node may be called by its own instance ID', () => {
  expect(problems(withMail({ nodes: [{ ...first, name: first?.instanceId }, second] }))).toEqual([]);
});

test('everything that can be said is accepted', () => {
  expect(
    problems({
      $schema: './config.schema.json',
      clusters: [
        {
          ...mail,
          virtualIps: ['10.0.0.5', { address: '10.0.0.6' }, { address: '10.0.0.7', elasticIpAllocationId: ELASTIC_IP }],
          nodes: [
            { ...first, name: 'mail-1', alarms: ['smtp-down'] },
            { ...second, name: 'メール 2 📮' },
          ],
          dampingMinutes: 0,
          triggerStates: ['stopping'],
          handover: 'atomic',
          failback: { afterMinutes: 30 },
          checkIntervalMinutes: 1,
        },
        { ...cluster('db_2', 11), failback: 'automatic', triggerStates: ['shutting-down', 'pending'] },
        { ...cluster('Cache', 21), checkIntervalMinutes: 0 },
        { ...cluster('q', 31), checkIntervalMinutes: false },
      ],
      notifications: {
        emails: ['operations@example.com'],
        locale: 'ja',
        timeZone: 'Asia/Tokyo',
        chat: true,
        topicArn: 'arn:aws:sns:eu-west-1:111122223333:operations',
        keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        secondAlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:pager',
      },
      logRetentionDays: 731,
      memoryMegabytes: 1024,
      reservedConcurrency: 10,
    }),
  ).toEqual([]);
});

const NAME = 'a name of 1 to 40 letters, digits, "-" or "_" that begins with a letter and ends with a letter or digit';
const ADDRESS = 'an IPv4 address of the subnet, such as "10.0.0.5"';
const NODE_NAME = (found: string) =>
  `clusters[0].nodes[0].name: found ${found}; allowed: plain text such as "mail-1": 1 to 64 characters on one line, no space at either end, that does not begin with "{%", end with "%}" or have "\${" in it`;
const SECOND_STACK =
  'put the others into a second configuration file and deploy it as a second stack: npm run deploy -- -c config=FILE -c stackName=NAME';

test.each([
  ['no configuration', undefined, 'configuration: is missing; allowed: an object with "clusters"'],
  ['null', null, 'configuration: found null; allowed: an object with "clusters"'],
  ['a list', [], 'configuration: found []; allowed: an object with "clusters"'],
  ['no clusters', {}, 'clusters: is missing; allowed: a list of at least one cluster'],
  ['an empty list of clusters', { clusters: [] }, 'clusters: found []; allowed: a list of at least one cluster'],
  [
    'an unknown field',
    { clusters: [mail], colour: 'red' },
    'configuration: found unknown field colour; allowed: $schema, clusters, notifications, logRetentionDays, memoryMegabytes, reservedConcurrency',
  ],
  [
    'an unknown field of a node',
    withMail({ nodes: [first, { ...second, zone: 'a' }] }),
    'clusters[0].nodes[1]: found unknown field zone; allowed: instanceId, networkInterfaceId, name, alarms',
  ],
  [
    'an alarm of two clusters',
    {
      clusters: [
        { ...cluster('mail', 1), nodes: cluster('mail', 1).nodes.map((node) => ({ ...node, alarms: ['down'] })) },
        { ...cluster('db', 11), nodes: cluster('db', 11).nodes.map((node) => ({ ...node, alarms: ['down'] })) },
      ],
    },
    'clusters[1].nodes[0].alarms[0]: found "down", which clusters[0].nodes[0].alarms[0] has already ("down"); allowed: an alarm belongs to one cluster; make one alarm a cluster, they may watch the same metric',
  ],
  [
    'an unknown field of a virtual IP',
    withMail({ virtualIps: [{ address: '10.0.0.5', eip: ELASTIC_IP }] }),
    'clusters[0].virtualIps[0]: found unknown field eip; allowed: address, elasticIpAllocationId',
  ],
  ['a name with a space', withMail({ name: 'mail server' }), `clusters[0].name: found "mail server"; allowed: ${NAME}`],
  ['a name with a slash', withMail({ name: 'mail/a' }), `clusters[0].name: found "mail/a"; allowed: ${NAME}`],
  [
    'a name that is too long',
    withMail({ name: 'm'.repeat(41) }),
    `clusters[0].name: found "${'m'.repeat(41)}"; allowed: ${NAME}`,
  ],
  [
    'a malformed instance ID',
    withMail({ nodes: [{ ...first, instanceId: 'i-xyz' }, second] }),
    'clusters[0].nodes[0].instanceId: found "i-xyz"; allowed: an ID such as "i-0123456789abcdef0" (i- and 8 or 17 of the characters 0-9 a-f)',
  ],
  [
    'an instance ID for an interface ID',
    withMail({ nodes: [first, { ...second, networkInterfaceId: id('i', 2) }] }),
    `clusters[0].nodes[1].networkInterfaceId: found "${id('i', 2)}"; allowed: an ID such as "eni-0123456789abcdef0" (eni- and 8 or 17 of the characters 0-9 a-f)`,
  ],
  [
    'a malformed subnet ID',
    withMail({ subnetId: 'subnet' }),
    'clusters[0].subnetId: found "subnet"; allowed: an ID such as "subnet-0123456789abcdef0" (subnet- and 8 or 17 of the characters 0-9 a-f)',
  ],
  [
    'a malformed allocation ID',
    withMail({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: '203.0.113.5' }] }),
    'clusters[0].virtualIps[0].elasticIpAllocationId: found "203.0.113.5"; allowed: an ID such as "eipalloc-0123456789abcdef0" (eipalloc- and 8 or 17 of the characters 0-9 a-f)',
  ],
  [
    'an octet too large',
    withMail({ virtualIps: ['10.0.0.300'] }),
    `clusters[0].virtualIps[0]: found "10.0.0.300"; allowed: ${ADDRESS}`,
  ],
  [
    'a range',
    withMail({ virtualIps: ['10.0.0.0/24'] }),
    `clusters[0].virtualIps[0]: found "10.0.0.0/24"; allowed: ${ADDRESS}`,
  ],
  [
    'a loopback address',
    withMail({ virtualIps: ['127.0.0.1'] }),
    `clusters[0].virtualIps[0]: found "127.0.0.1"; allowed: ${ADDRESS}`,
  ],
  [
    'IPv6',
    withMail({ virtualIps: ['fd00::5'] }),
    `clusters[0].virtualIps[0]: found "fd00::5"; IPv6 is not supported yet; allowed: ${ADDRESS}`,
  ],
  [
    'IPv6 in object form',
    withMail({ virtualIps: [{ address: '2001:db8::1' }] }),
    `clusters[0].virtualIps[0].address: found "2001:db8::1"; IPv6 is not supported yet; allowed: ${ADDRESS}`,
  ],
  [
    'no virtual IP',
    withMail({ virtualIps: [] }),
    'clusters[0].virtualIps: found an empty list; allowed: a list of 1 to 63 virtual IPs',
  ],
  [
    'one node only',
    withMail({ nodes: [first] }),
    'clusters[0].nodes: found one of them; allowed: a list of 2 to 8 nodes: one to hold the addresses and at least one to take them over',
  ],
  [
    'an unknown state',
    withMail({ triggerStates: ['stopped', 'dead'] }),
    'clusters[0].triggerStates[1]: found "dead"; allowed: "pending", "running", "stopping", "stopped", "shutting-down", "terminated"',
  ],
  [
    'an unknown handover',
    withMail({ handover: 'fast' }),
    'clusters[0].handover: found "fast"; allowed: "unassign-first", "atomic"',
  ],
  [
    'an unknown failback',
    withMail({ failback: 'auto' }),
    'clusters[0].failback: found "auto"; allowed: "manual", "automatic", or { "afterMinutes": 60 }. Did you mean "automatic"?',
  ],
  [
    'a failback that is too hasty',
    withMail({ failback: { afterMinutes: 1 } }),
    'clusters[0].failback.afterMinutes: found 1; allowed: a whole number of minutes from 5 to 1440',
  ],
  [
    'automatic failback without the checks that do it',
    withMail({ failback: 'automatic', checkIntervalMinutes: false }),
    'clusters[0].failback: found automatic failback in a cluster without checks; allowed: "manual", or a checkIntervalMinutes of 1 to 60, because it is the check that moves the addresses back',
  ],
  ...[second?.instanceId, second?.networkInterfaceId, 'I-0A1B2C3D'].map((name): [string, object, string] => [
    `a node called ${name}`,
    withMail({ nodes: [{ ...first, name }, second] }),
    `clusters[0].nodes[0].name: found "${name}", which reads as an ID, and not as the one of this node; allowed: a name such as "mail-1", or none`,
  ]),
  ...['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'Default', 'Resource'].map(
    (name): [string, object, string] => [
      `the name ${name}`,
      withMail({ name }),
      `clusters[0].name: found "${name}", which the CDK cannot use; allowed: another name`,
    ],
  ),
  [
    'the topic of the notices for the alarms too',
    { ...withMail({}), notifications: { topicArn: TOPIC, secondAlarmTopicArn: TOPIC } },
    'notifications.secondAlarmTopicArn: found the topic of the notices itself; allowed: another topic, because a broken topic cannot report itself',
  ],
  [
    'a check interval too long',
    withMail({ checkIntervalMinutes: 90 }),
    'clusters[0].checkIntervalMinutes: found 90; allowed: a whole number of minutes from 1 to 60, or false (or 0) for no checks',
  ],
  [
    'a damping time that is no time',
    withMail({ dampingMinutes: -1 }),
    'clusters[0].dampingMinutes: found -1; allowed: a whole number of minutes from 0 to 60',
  ],
  ['a node name on two lines', withMail({ nodes: [{ ...first, name: 'mail\n1' }, second] }), NODE_NAME('"mail\\n1"')],
  [
    'half a character in a node name',
    withMail({ nodes: [{ ...first, name: 'mail\ud83d' }, second] }),
    /nodes\[0\]\.name: found/,
  ],
  ['a node name of spaces', withMail({ nodes: [{ ...first, name: '  ' }, second] }), NODE_NAME('"  "')],
  [
    'a node name that the workflow would take for an expression',
    withMail({ nodes: [{ ...first, name: '{% $plan %}' }, second] }),
    NODE_NAME('"{% $plan %}"'),
  ],
  [
    'an alarm name that the workflow would take for an expression',
    withMail({ nodes: [{ ...first, alarms: ['{% 1 %}'] }, second] }),
    'clusters[0].nodes[0].alarms[0]: found "{% 1 %}"; allowed: the name of a CloudWatch alarm, 1 to 255 characters that does not begin with "{%", end with "%}" or have "${" in it',
  ],
  ...[`a \${b}`, '${', `a \${AWS::Region} b`].flatMap((name): [string, object, string | RegExp][] => [
    [
      `a node name that CloudFormation would take for a reference: ${name}`,
      withMail({ nodes: [{ ...first, name }, second] }),
      NODE_NAME(`"${name}"`),
    ],
    [
      `an alarm name that CloudFormation would take for a reference: ${name}`,
      withMail({ nodes: [{ ...first, alarms: [name] }, second] }),
      /^clusters\[0\]\.nodes\[0\]\.alarms\[0\]: found .* or have "\$\{" in it$/,
    ],
  ]),
  [
    'a path that CloudFormation would take for a reference',
    withMail({ applicationCheck: { port: 80, path: `/\${health}` } }),
    `clusters[0].applicationCheck.path: found "/\${health}"; allowed: a path that begins with "/", of at most 1024 characters without spaces or "\${"`,
  ],
  [
    'two nodes of one name',
    withMail({
      nodes: [
        { ...first, name: 'Mail-1' },
        { ...second, name: 'mail-1' },
      ],
    }),
    'clusters[0].nodes[1].name: found "mail-1", which clusters[0].nodes[0].name has already ("Mail-1"); allowed: each node of a cluster needs a name of its own',
  ],
  [
    'nobody who is told',
    { clusters: [mail], notifications: {} },
    /^notifications: nobody would be told.*"emails": "none"$/,
  ],
  [
    'a word in the place of addresses',
    { clusters: [mail], notifications: { emails: 'nobody' } },
    'notifications.emails: found "nobody"; allowed: a list of at most 50 e-mail addresses, or "none"',
  ],
  [
    'an unknown locale',
    { clusters: [mail], notifications: { emails: 'none', locale: 'de' } },
    'notifications.locale: found "de"; allowed: "en", "ja"',
  ],
  [
    'a time zone with a slip of the pen',
    { clusters: [mail], notifications: { emails: 'none', timeZone: 'Asia/Tokio' } },
    'notifications.timeZone: found "Asia/Tokio"; allowed: the name of a time zone, such as "Asia/Tokyo" or "UTC". Did you mean "Asia/Tokyo"?',
  ],
  [
    'a city alone',
    { clusters: [mail], notifications: { emails: 'none', timeZone: 'berlin' } },
    'notifications.timeZone: found "berlin"; allowed: the name of a time zone, such as "Asia/Tokyo" or "UTC". Did you mean "Europe/Berlin"?',
  ],
  [
    'an abbreviation, which means one thing here and another there',
    { clusters: [mail], notifications: { emails: 'none', timeZone: 'IST' } },
    'notifications.timeZone: found "IST"; allowed: the name of a time zone, such as "Asia/Tokyo" or "UTC"',
  ],
  [
    'an offset',
    { clusters: [mail], notifications: { emails: 'none', timeZone: '+09:00' } },
    'notifications.timeZone: found "+09:00"; allowed: the name of a time zone, such as "Asia/Tokyo" or "UTC"',
  ],
  [
    'a time zone that there is not',
    { clusters: [mail], notifications: { emails: 'none', timeZone: 'Mars/Olympus_Mons' } },
    'notifications.timeZone: found "Mars/Olympus_Mons"; allowed: the name of a time zone, such as "Asia/Tokyo" or "UTC"',
  ],
  [
    'something that is no e-mail address',
    { clusters: [mail], notifications: { emails: ['operations'] } },
    'notifications.emails[0]: found "operations"; allowed: an e-mail address',
  ],
  [
    'a retention that CloudWatch does not know',
    { clusters: [mail], logRetentionDays: 100 },
    /^logRetentionDays: found 100; allowed: one of 1, 3, 5, .*3653$/,
  ],
  [
    'a name that differs in punctuation only',
    { clusters: [{ ...mail, name: 'mail-1' }, cluster('Mail_1', 11)] },
    'clusters[1].name: found "Mail_1", which clusters[0].name has already ("mail-1"); allowed: each cluster needs a name of its own, and names must differ in more than "-", "_" and capitals',
  ],
  [
    'the same virtual IP twice in a subnet',
    { clusters: [mail, { ...cluster('db', 11), subnetId: mail.subnetId, virtualIps: [{ address: '10.0.1.5' }] }] },
    'clusters[1].virtualIps[0]: found "10.0.1.5", which clusters[0].virtualIps[0] has already ("10.0.1.5"); allowed: each virtual IP of a subnet belongs to one cluster, and is named once',
  ],
  [
    'a node in two clusters',
    {
      clusters: [
        mail,
        { ...cluster('db', 11), nodes: [{ ...first, networkInterfaceId: id('eni', 11) }, cluster('db', 11).nodes[1]] },
      ],
    },
    `clusters[1].nodes[0].instanceId: found "${first?.instanceId}", which clusters[0].nodes[0].instanceId has already ("${first?.instanceId}"); allowed: an instance is a node of one cluster, and is named once; give a cluster that shares its nodes more virtual IPs instead`,
  ],
  [
    'an interface of two nodes',
    withMail({ nodes: [first, { ...second, networkInterfaceId: first?.networkInterfaceId }] }),
    `clusters[0].nodes[1].networkInterfaceId: found "${first?.networkInterfaceId}", which clusters[0].nodes[0].networkInterfaceId has already ("${first?.networkInterfaceId}"); allowed: a network interface belongs to one node`,
  ],
  [
    'more than 40 clusters',
    { clusters: Array.from({ length: 41 }, (_, index) => cluster(`c${index}`, 16 * index)) },
    `clusters: found 41 clusters; allowed: at most 40 in one stack; ${SECOND_STACK}`,
  ],
  [
    'more than 120 interfaces',
    { clusters: Array.from({ length: 25 }, (_, index) => cluster(`c${index}`, 16 * index, 5)) },
    `clusters: found 125 nodes (network interfaces); allowed: at most 120 in one stack; ${SECOND_STACK}`,
  ],
])('%s is one clear problem', (_what, config, message) => {
  const found = problems(config);
  expect(found).toHaveLength(1);
  expect(found[0]).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
});

test('the same address in two subnets is fine, because two VPCs may use it', () => {
  expect(problems({ clusters: [mail, { ...cluster('db', 11), virtualIps: mail.virtualIps }] })).toEqual([]);
});

/** An address of so many characters. */
const emailOf = (length: number) => `${'a'.repeat(length - 246)}@${`${'d'.repeat(60)}.`.repeat(4)}c`;

test.each([
  'mailto:a@b.co',
  '<a@b.co>',
  'A <a@b.co>',
  '"a b"@b.co',
  'a@b.co,',
  'a@b.co;',
  'a@b.co,c@d.co',
  'a@b..co',
  'a@.b.co',
  'a@b.co.',
  'a@-b.co',
  'a@b.c_o',
  'a@b',
  'a@b@c.co',
  'a\u0000@b.co',
  'a@b.co\n',
  'ä@b.co',
  'a@ü.co',
  `\${a}@b.co`,
  emailOf(255),
  emailOf(400),
])('%j is no e-mail address', (email) => {
  expect(problems({ clusters: [mail], notifications: { emails: [email] } })).toEqual([
    expect.stringMatching(/^notifications\.emails\[0\]: found .*; allowed: an e-mail address$/),
  ]);
});

test.each([
  'operations@example.com',
  'first.last+pager@mail.ops.example.co.jp',
  "o'neil_1@xn--bcher-kva.example",
  'A-1@1.example',
  emailOf(254),
])('%j is one', (email) => {
  expect(problems({ clusters: [mail], notifications: { emails: [email] } })).toEqual([]);
});

describe('what is in another Region than the stack, or in another partition', () => {
  const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const PAGER = 'arn:aws-cn:sns:cn-north-1:111122223333:pager';
  const given = (notifications: object, region?: string) => problems({ clusters: [mail], notifications }, region);

  test('is refused where the others are elsewhere', () => {
    const home = 'allowed: the same Region as that of notifications.topicArn, eu-west-1 (aws)';
    expect(given({ topicArn: TOPIC, keyArn: KEY, secondAlarmTopicArn: PAGER })).toEqual([
      `notifications.keyArn: found the Region us-east-1 (aws); ${home}`,
      `notifications.secondAlarmTopicArn: found the Region cn-north-1 (aws-cn); ${home}`,
    ]);
    expect(given({ topicArn: TOPIC, secondAlarmTopicArn: TOPIC.replace('aws', 'aws-iso').replace('op', 'p') })).toEqual(
      [`notifications.secondAlarmTopicArn: found the Region eu-west-1 (aws-iso); ${home}`],
    );
  });

  test('is refused where it is known where the stack goes to', () => {
    expect(given({ topicArn: TOPIC, keyArn: KEY }, 'us-east-1')).toEqual([
      'notifications.topicArn: found the Region eu-west-1 (aws); allowed: the same Region as that of the stack, us-east-1 (aws)',
    ]);
    expect(given({ emails: 'none', secondAlarmTopicArn: PAGER.replace('aws-cn', 'aws') }, 'cn-north-1')).toEqual([
      'notifications.secondAlarmTopicArn: found the Region cn-north-1 (aws); allowed: the same Region as that of the stack, cn-north-1 (aws-cn)',
    ]);
  });

  test.each([
    [{ emails: 'none', secondAlarmTopicArn: PAGER }, undefined],
    [{ emails: 'none', secondAlarmTopicArn: PAGER }, 'cn-north-1'],
    [{ topicArn: TOPIC.replace('eu-west-1', 'xx-new-1') }, 'xx-new-1'],
    [{ emails: 'none' }, 'eu-west-1'],
  ])('but %j in %s is fine', (notifications, region) => {
    expect(given(notifications, region)).toEqual([]);
  });

  test.each(['aws-us-gov', 'aws-eusc', 'aws-iso', 'aws-iso-b', 'aws-iso-f'])(
    'the partition %s is known',
    (partition) => {
      expect(given({ topicArn: TOPIC.replace('aws', partition) })).toEqual([]);
    },
  );

  test.each(['aws-us', 'awscn', 'aws-', 'gcp'])('the partition %s is not', (partition) => {
    expect(given({ topicArn: TOPIC.replace('aws', partition) })).toEqual([
      expect.stringMatching(/^notifications\.topicArn: found .*; allowed: the ARN of an SNS topic/),
    ]);
  });
});

describe('addresses that no one subnet can hold', () => {
  const TOGETHER = "addresses of the cluster's one subnet, which has at most 65,536 of them (a /16)";
  const RESERVED = 'an address that EC2 gives away; the first four and the last one of a subnet are its own';

  test('C3: two that are further apart than any subnet is wide', () => {
    expect(problems(withMail({ virtualIps: ['10.20.3.50', '192.168.99.7'] }))).toEqual([
      `clusters[0].virtualIps[1]: found "192.168.99.7", which no subnet has together with "10.20.3.50" (clusters[0].virtualIps[0]); allowed: ${TOGETHER}`,
    ]);
  });

  test('in one cluster, in either form, and in two clusters of one subnet', () => {
    const other = { ...cluster('db', 11), subnetId: mail.subnetId, virtualIps: [{ address: '10.1.0.5' }] };
    expect(problems({ clusters: [mail, other] })).toEqual([
      `clusters[1].virtualIps[0]: found "10.1.0.5", which no subnet has together with "10.0.1.5" (clusters[0].virtualIps[0]); allowed: ${TOGETHER}`,
    ]);
  });

  test.each(['10.0.0.0', '10.0.0.3', '10.0.255.255'])(
    '%s, which is reserved in every subnet that has it',
    (address) => {
      expect(problems(withMail({ virtualIps: [address] }))).toEqual([
        `clusters[0].virtualIps[0]: found "${address}"; allowed: ${RESERVED}`,
      ]);
    },
  );

  test.each(['10.0.0.4', '10.0.255.254', '10.0.1.0', '10.0.0.255'])('but %s may be fine', (address) => {
    expect(problems(withMail({ virtualIps: [address, '10.0.200.9'] }))).toEqual([]);
  });

  test('two in two subnets are no matter', () => {
    expect(problems({ clusters: [mail, { ...cluster('db', 11), virtualIps: ['192.168.99.7'] }] })).toEqual([]);
  });
});

describe('C4: what is missing is said once', () => {
  const { subnetId, ...withoutSubnet } = mail;
  const MISSING = /^clusters\[\d\]\.subnetId: is missing; allowed: an ID such as/;

  test('a cluster without a subnet, with an address twice', () => {
    expect(problems({ clusters: [{ ...withoutSubnet, virtualIps: ['10.20.3.50', '10.20.3.50'] }] })).toEqual([
      expect.stringMatching(MISSING),
      'clusters[0].virtualIps[1]: found "10.20.3.50", which clusters[0].virtualIps[0] has already ("10.20.3.50"); allowed: each virtual IP of a subnet belongs to one cluster, and is named once',
    ]);
  });

  test('two clusters without a subnet may have the same address', () => {
    const { subnetId: _, ...other } = { ...cluster('db', 11), virtualIps: mail.virtualIps };
    expect(problems({ clusters: [withoutSubnet, other] })).toEqual([
      expect.stringMatching(MISSING),
      expect.stringMatching(MISSING),
    ]);
  });

  test('no message ever shows a value that nobody wrote', () => {
    for (const field of ['name', 'subnetId', 'virtualIps', 'nodes'] as const) {
      const found = problems({ clusters: [mail, { ...mail, [field]: undefined }] });
      expect(found.filter((problem) => problem.includes(`].${field}: is missing`))).toHaveLength(1);
      expect(found.filter((problem) => problem.includes('undefined'))).toEqual([]);
    }
    expect(subnetId).toBeDefined();
  });
});

test.each([
  ['virtualIPs', 'virtualIps', { ...mail, virtualIps: undefined, virtualIPs: ['10.0.0.5'] }],
  ['subnet', 'subnetId', { ...mail, subnetId: undefined, subnet: mail.subnetId }],
  ['triggerState', 'triggerStates', { ...mail, triggerState: ['stopped'] }],
  ['check-interval-minutes', 'checkIntervalMinutes', { ...mail, 'check-interval-minutes': 5 }],
  ['interval', 'checkIntervalMinutes', { ...mail, interval: 5 }],
])(
  'C5: for the unknown field %s of a cluster, %s is proposed, and that it is missing is not said too',
  (wrong, right, it) => {
    expect(problems({ clusters: [JSON.parse(JSON.stringify(it))] })).toEqual([
      expect.stringMatching(
        new RegExp(`^clusters\\[0\\]: found unknown field ${wrong}; allowed: .*\\. Did you mean ${right}\\?$`),
      ),
    ]);
  },
);

test.each([
  ['the configuration', { clusters: [mail], notification: {} }, 'notifications'],
  ['a node', withMail({ nodes: [first, { ...second, InstanceID: 'x', instanceId: undefined }] }), 'instanceId'],
  [
    'a virtual IP',
    withMail({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocation: ELASTIC_IP }] }),
    'elasticIpAllocationId',
  ],
  ['failback', withMail({ failback: { afterMinute: 30 } }), 'afterMinutes'],
  ['notifications', { clusters: [mail], notifications: { emails: 'none', email: ['a@example.com'] } }, 'emails'],
])('C5: a field of %s that is nearly right is met with the right one', (_where, config, right) => {
  expect(problems(JSON.parse(JSON.stringify(config)))).toEqual([expect.stringContaining(`. Did you mean ${right}?`)]);
});

test('C5: so is a word that is nearly one of those allowed', () => {
  expect(problems(withMail({ handover: 'unassign_first' }))).toEqual([
    'clusters[0].handover: found "unassign_first"; allowed: "unassign-first", "atomic". Did you mean "unassign-first"?',
  ]);
  expect(problems(withMail({ triggerStates: ['shuting-down'] }))).toEqual([
    expect.stringContaining('. Did you mean "shutting-down"?'),
  ]);
});

test('all problems are told at once, those of single fields and those between fields', () => {
  const found = problems({
    clusters: [
      { ...mail, name: 5, handover: 'fast' },
      { ...cluster('db', 1), virtualIps: ['fd00::5'] },
    ],
    notifications: { emails: 'none', locale: 'de' },
    memory: 1,
  });
  expect(found.map((problem) => problem.slice(0, problem.indexOf(':')))).toEqual([
    'clusters[0].name',
    'clusters[0].handover',
    'clusters[1].virtualIps[0]',
    'notifications.locale',
    'configuration',
    'clusters[1].nodes[0].instanceId',
    'clusters[1].nodes[1].instanceId',
    'clusters[1].nodes[0].networkInterfaceId',
    'clusters[1].nodes[1].networkInterfaceId',
  ]);
});

test('whatever is handed in, the answer is a configuration or a ConfigError', () => {
  const junk = [
    0,
    true,
    'x',
    () => 0,
    { clusters: 'x' },
    { clusters: [null, 1, [], {}] },
    { clusters: [{ nodes: {} }] },
  ];
  for (const config of [
    ...junk,
    withMail({ nodes: 'x', virtualIps: [[]] }),
    withMail({ virtualIps: null, failback: [] }),
  ]) {
    expect(problems(config).length).toBeGreaterThan(0);
  }
});

test('the example in cdk.json is in order', () => {
  expect(problems(contextOfCdkJson().failover)).toEqual([]);
});

test('the JSON Schema for editors is the one that the checks give (npm run schema writes it)', () => {
  expect(JSON.parse(readFileSync(CONFIG_JSON_SCHEMA_FILE, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(configJsonSchema())),
  );
  expect(configJsonSchema()).toMatchObject({
    additionalProperties: false,
    required: ['clusters'],
    properties: { clusters: { maxItems: DEFAULT_LIMITS.clusters } },
  });
});
