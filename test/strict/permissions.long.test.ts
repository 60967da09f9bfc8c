import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { synthesize } from '../../local/demo/synth';
import { type Grant, grantsIn, short, without } from './grants';
import { Variants } from './variants';

/** With an Elastic IP and with an alarm for each node, so that every grant that the stack can have is there. */
const variants = new Variants(
  synthesize({
    clusters: [
      {
        name: 'mail',
        subnetId: 'subnet-0a1b2c3d4e5f60001',
        virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: 'eipalloc-0a1b2c3d4e5f60001' }],
        nodes: [1, 2].map((number) => ({
          instanceId: `i-0a1b2c3d4e5f6000${number}`,
          networkInterfaceId: `eni-0a1b2c3d4e5f6000${number}`,
          alarms: [`smtp-down-${number}`],
        })),
      },
    ],
    notifications: { emails: ['operations@example.com'] },
  }),
);
const grants = grantsIn(variants.template);

type Story = (driver: ClusterDriver) => Promise<void>;

const activeStops: Story = async (driver) => {
  driver.stop(driver.active);
  await driver.settled();
};
const addressGoesThereAndBack: Story = async (driver) => {
  await activeStops(driver);
  driver.start(driver.active);
  await driver.settled();
  driver.stop(driver.standby);
  await driver.settled();
};
const answerOfUnassignIsLost: Story = async (driver) => {
  driver.cloud.faults.add({ action: 'UnassignPrivateIpAddresses', kind: 'lost-response', nth: 1 });
  await activeStops(driver);
};
const rehearsal: Story = async (driver) => {
  driver.rehearsal();
  await driver.settled();
};
const ownAlarmsGoUp: Story = async (driver) => {
  for (const number of [2, 1]) driver.cloud.alarms.setState(`smtp-down-${number}`, 'ALARM', 'no answer');
  await driver.settled();
};
const noCheckForLong: Story = async (driver) => {
  await schedulesFire(driver);
  // Longer than the readiness alarm's period, which holds two checks.
  await driver.cloud.advance(13 * 60_000);
};
const bothStop: Story = async (driver) => {
  driver.stop(driver.standby);
  driver.stop(driver.active);
  await driver.settled();
};
const schedulesFire: Story = async (driver) => {
  for (const name of driver.cloud.events.scheduleNames) driver.cloud.events.fire(name);
  await driver.settled();
};
const alarmGoesOff: Story = async (driver) => {
  driver.cloud.alarms.setState(alarm('ExecutionsFailed', driver).name, 'ALARM', 'a test');
  await driver.settled();
};

function alarm(words: string, { cloud }: ClusterDriver) {
  const found = cloud.alarms.list().find(({ name }) => name.includes(words));
  if (found === undefined) throw new Error(`The template has no alarm ${words}.`);
  return found;
}

/** The template without some grants, and a story told there. The alarms are looked at once, in the end. */
async function told(missing: readonly Grant[], story: Story): Promise<ClusterDriver> {
  const driver = await variants.driver(without(variants.template, missing));
  await story(driver);
  driver.cloud.alarms.evaluate();
  await driver.settled();
  await driver.cloud.close();
  return driver;
}

const find = (label: string): Grant => {
  const grant = grants.find((each) => each.label === label);
  if (grant === undefined) throw new Error(`There is no ${label} among ${grants.map((each) => each.label).join(', ')}`);
  return grant;
};

const denials = (driver: ClusterDriver) =>
  driver.eventsOf('access-denied').map(({ role, action }) => `${short(role)} ${action}`);
const errorCodes = (driver: ClusterDriver) => driver.eventsOf('api-call').map(({ error }) => error?.code);

/** An alarm that went off, and CloudWatch's own mail about it. */
function raises(driver: ClusterDriver, words: string): void {
  const { name, state } = alarm(words, driver);
  expect(`${words} ${state}`).toBe(`${words} ALARM`);
  expect(driver.eventsOf('notice').map(({ subject }) => subject)).toContainEqual(expect.stringContaining(name));
}

/** Which grants each test takes away; the last test sees to it that none is left out. */
const tested = new Set<string>();
const each = (labels: readonly string[]) => {
  for (const label of labels) tested.add(label);
  return test.each(labels);
};

const ENIS = ['eni-0a1b2c3d4e5f60001', 'eni-0a1b2c3d4e5f60002'];
const EIP = 'eipalloc-0a1b2c3d4e5f60001';
const STEPS = ['VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni'];

describe('with nothing taken away', () => {
  const stories = {
    activeStops,
    addressGoesThereAndBack,
    answerOfUnassignIsLost,
    rehearsal,
    schedulesFire,
    alarmGoesOff,
  };
  test.each(Object.entries(stories))('nothing is denied and nothing fails: %s', async (_, story) => {
    const driver = await told([], story);
    expect(denials(driver)).toEqual([]);
    expect(driver.failures).toEqual([]);
    expect(driver.eventsOf('delivery-failed')).toEqual([]);
  });

  test('the workflow and every function write logs', async () => {
    const driver = await told([], activeStops);
    const groups = new Set(driver.eventsOf('log').map(({ group }) => group));
    for (const step of [...STEPS, 'Notify'])
      expect([...groups]).toContainEqual(expect.stringContaining(`Failover${step}Logs`));
    expect([...groups]).toContainEqual(expect.stringMatching(/^\/aws\/vendedlogs\/states\//));
  });
});

type Stories = readonly (readonly [Story, readonly string[]])[];

/** What the workflow cannot do without. */
const NEEDED: Stories = [
  [activeStops, ['VerifyInstanceStateRole ec2:DescribeInstances']],
  [activeStops, ['VerifyInstanceStateRole ec2:DescribeNetworkInterfaces']],
  [addressGoesThereAndBack, ENIS.map((eni) => `AssignIpRole ec2:AssignPrivateIpAddresses on ${eni}`)],
  [addressGoesThereAndBack, [EIP, ...ENIS].map((on) => `AssignIpRole ec2:AssociateAddress on ${on}`)],
  [activeStops, ['VerifyEniRole ec2:DescribeNetworkInterfaces', 'VerifyEniRole ec2:DescribeInstances']],
];
/** What it can: it is told, and the address moves. */
const COURTESIES: Stories = [
  [
    activeStops,
    ['VerifyInstanceStateRole ec2:DescribeInstanceStatus', 'VerifyInstanceStateRole cloudwatch:DescribeAlarms'],
  ],
  [addressGoesThereAndBack, ENIS.map((eni) => `UnassignIpRole ec2:UnassignPrivateIpAddresses on ${eni}`)],
  [answerOfUnassignIsLost, ['UnassignIpRole ec2:DescribeNetworkInterfaces']],
];
/** What only a rehearsal reads, or most of all. */
const REHEARSED: Stories = [
  [rehearsal, ['GetSubnetCidrReservations', 'DescribeSubnets'].map((action) => `UnassignIpRole ec2:${action}`)],
  [
    rehearsal,
    ['DescribeInstanceTypes', 'DescribeAddresses', 'DescribeNetworkInterfaces'].map(
      (action) => `AssignIpRole ec2:${action}`,
    ),
  ],
];
/** What is read to tell people less, or to move nothing back: without it nothing fails. */
const COMFORTS: Stories = [
  [ownAlarmsGoUp, ['VerifyInstanceStateRole cloudwatch:DescribeAlarmHistory']],
  [schedulesFire, ['VerifyInstanceStateRole cloudwatch:GetMetricData']],
];
const labelsOf = (stories: Stories) => stories.flatMap(([, labels]) => labels);
const storyOf = new Map(
  [NEEDED, COURTESIES, REHEARSED, COMFORTS]
    .flat()
    .flatMap(([story, labels]) => labels.map((label) => [label, story] as const)),
);

describe('a step that may not call AWS', () => {
  /** The story of the grant, told without it; whoever is denied is denied this and nothing else. */
  async function toldWithout(label: string): Promise<ClusterDriver> {
    const grant = find(label);
    const driver = await told([grant], storyOf.get(label) ?? activeStops);
    expect(new Set(denials(driver))).toEqual(new Set([`${short(grant.owner)} ${grant.action}`]));
    expect(errorCodes(driver)).toContain(
      grant.action.startsWith('cloudwatch:') ? 'AccessDenied' : 'UnauthorizedOperation',
    );
    if (grant.place !== null) {
      const named = driver.eventsOf('access-denied').map(({ resource }) => resource);
      expect(new Set(named)).toEqual(new Set([expect.stringContaining(label.split(' on ')[1] ?? '')]));
    }
    return driver;
  }
  const notAllowed = (label: string) => `is not authorized to perform: ${find(label).action}`;
  const messages = (driver: ClusterDriver, outcome: string) => driver.notices(outcome).map(({ message }) => message);

  each(labelsOf(NEEDED))('without %s the failure notice names it', async (label) => {
    const driver = await toldWithout(label);
    expect(messages(driver, 'FAILED')).toContainEqual(expect.stringContaining(notAllowed(label)));
    expect(driver.failures.length).toBeGreaterThan(0);
  });

  each(labelsOf(COURTESIES))('without %s the address moves all the same, and the notice names it', async (label) => {
    const driver = await toldWithout(label);
    expect(messages(driver, 'FAILED_OVER')).toContainEqual(expect.stringContaining(notAllowed(label)));
    expect(driver.failures).toEqual([]);
  });

  each(labelsOf(REHEARSED))('without %s the notice of a rehearsal names it', async (label) => {
    const driver = await toldWithout(label);
    expect(messages(driver, 'REHEARSED')).toContainEqual(expect.stringContaining(notAllowed(label)));
  });

  each(labelsOf(COMFORTS))('without %s the denial is seen, and nothing else changes', async (label) => {
    const driver = await toldWithout(label);
    const whole = await told([], storyOf.get(label) ?? activeStops);
    expect(driver.notices().map(({ subject }) => subject)).toEqual(whole.notices().map(({ subject }) => subject));
  });
});

describe('a workflow that may not invoke a step', () => {
  const mayNot: Readonly<Record<string, string>> = Object.fromEntries(
    STEPS.flatMap((step) => [
      [`WorkflowRole lambda:InvokeFunction on ${step}Function`, 'is not authorized to perform: lambda:InvokeFunction'],
      // Its trust policy.
      [`${step}Role sts:AssumeRole`, 'cannot be assumed by Lambda'],
    ]),
  );
  const courtesies = Object.keys(mayNot).filter((label) => label.includes('UnassignIp'));

  each(Object.keys(mayNot).filter((label) => !courtesies.includes(label)))(
    'without %s the failure notice says so',
    async (label) => {
      const driver = await told([find(label)], activeStops);
      expect(denials(driver)).toContain(label.split(' on ')[0]);
      expect(driver.notices('FAILED')[0]?.message).toContain(mayNot[label]);
      expect(driver.failures.length).toBeGreaterThan(0);
    },
  );

  each(courtesies)('without %s the address moves all the same, and the notice says so', async (label) => {
    const driver = await told([find(label)], activeStops);
    expect(denials(driver)).toContain(label.split(' on ')[0]);
    expect(driver.notices('FAILED_OVER')[0]?.message).toContain(mayNot[label]);
    expect(driver.failures).toEqual([]);
  });
});

describe('a notice that cannot be sent', () => {
  const codes: Readonly<Record<string, string>> = {
    'NotifyRole sns:Publish': 'AuthorizationError',
    'NotifyRole kms:GenerateDataKey*': 'KMSAccessDenied',
    'NotifyRole kms:Decrypt': 'KMSAccessDenied',
    'NotificationsKey kms:*': 'KMSAccessDenied',
  };
  each(Object.keys(codes))('without %s a good move ends as NoticeFailed, and alarms go off', async (label) => {
    const driver = await told([find(label)], activeStops);
    expect(driver.holds(driver.standby)).toBe(true);
    expect(errorCodes(driver)).toContain(codes[label]);
    expect(denials(driver)).toContainEqual(
      expect.stringMatching(/^NotifyRole (sns:Publish|kms:GenerateDataKey|kms:Decrypt)$/),
    );
    expect(driver.notices()).toEqual([]);
    expect(driver.failures.map(({ error }) => error)).toEqual(['NoticeFailed']);
    raises(driver, 'ExecutionsFailed');
    raises(driver, 'NoticeErrors');
  });

  test.each(Object.keys(codes))('without %s a failed move ends in its own error, and alarms go off', async (label) => {
    const driver = await told([find(label)], bothStop);
    expect(driver.notices()).toEqual([]);
    expect(new Set(driver.failures.map(({ error }) => error))).toEqual(new Set(['NoHealthyStandby']));
    raises(driver, 'ExecutionsFailed');
    raises(driver, 'NoticeErrors');
  });

  each(['WorkflowRole lambda:InvokeFunction on NotifyFunction', 'NotifyRole sts:AssumeRole'])(
    'without %s a good move ends as NoticeFailed, and an alarm goes off',
    async (label) => {
      const driver = await told([find(label)], activeStops);
      expect(driver.holds(driver.standby)).toBe(true);
      expect(denials(driver)).toContain(label.split(' on ')[0]);
      expect(driver.eventsOf('state-caught').map(({ error }) => error)).toEqual(['Lambda.AWSLambdaException']);
      expect(driver.failures.map(({ error }) => error)).toEqual(['NoticeFailed']);
      raises(driver, 'ExecutionsFailed');
    },
  );

  each(['WorkflowRole sts:AssumeRole'])('without %s nothing is done, and an alarm goes off', async (label) => {
    const driver = await told([find(label)], activeStops);
    expect(denials(driver)).toContain(label);
    expect(driver.moves).toBe(0);
    expect(new Set(driver.failures.map(({ error }) => error))).toEqual(new Set(['States.Timeout']));
    raises(driver, 'ExecutionsTimedOut');
  });

  each(['NotifyRole ec2:DescribeNetworkInterfaces', 'NotifyRole ec2:DescribeInstances'])(
    'without %s the failure notice goes out and says that it could not look',
    async (label) => {
      const driver = await told([find(label)], bothStop);
      expect(denials(driver)).toContain(label);
      expect(errorCodes(driver)).toContain('UnauthorizedOperation');
      expect(driver.notices('FAILED')[0]?.message).toMatch(/This could not be found out: .*not authorized/);
    },
  );
});

describe('an event for programs that cannot be put', () => {
  each(['NotifyRole events:PutEvents'])(
    'without %s the move and its notice are the same, and the loss is seen',
    async (label) => {
      const driver = await told([find(label)], activeStops);
      expect(new Set(denials(driver))).toEqual(new Set([label]));
      expect(errorCodes(driver)).toContain('AccessDeniedException');
      expect(driver.notices().map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER']);
      expect(driver.failures).toEqual([]);
      expect(driver.eventsOf('metric').map(({ name }) => name)).toContain('EventLost');
    },
  );
});

describe('a topic that may not be looked at', () => {
  each(['NotifyRole sns:GetTopicAttributes'])('without %s the notice of a rehearsal names it', async (label) => {
    const driver = await told([find(label)], rehearsal);
    expect(denials(driver)).toEqual([label]);
    expect(driver.notices('REHEARSED')[0]?.message).toContain('not authorized to perform: SNS:GetTopicAttributes');
    expect(driver.failures).toEqual([]);
  });
});

describe('a trigger that may not start the workflow', () => {
  const queued = (driver: ClusterDriver) =>
    driver.cloud.events.deadLetters.map(({ body }): unknown => JSON.parse(body));
  const RULE = 'TriggersRuleRole states:StartExecution';
  const SCHEDULE = 'TriggersScheduleRole states:StartExecution';

  each([RULE, 'TriggersRuleRole sts:AssumeRole'])(
    'without %s the event is in the dead-letter queue, and an alarm goes off',
    async (label) => {
      const driver = await told([find(label)], activeStops);
      expect(denials(driver)).toContain(label);
      const failed = driver.eventsOf('delivery-failed');
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.every(({ deadLettered }) => deadLettered)).toBe(true);
      expect(queued(driver)).toContainEqual(
        expect.objectContaining({ detail: { 'instance-id': driver.active.instanceId, state: 'stopped' } }),
      );
      raises(driver, 'EventsUndelivered');
    },
  );

  each([SCHEDULE])('without %s the check is in the dead-letter queue', async (label) => {
    const driver = await told([find(label)], schedulesFire);
    expect(denials(driver)).toContain(label);
    expect(driver.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered)).toEqual([true]);
    expect(queued(driver)).toEqual([{ cluster: 'mail', mode: 'check' }]);
    raises(driver, 'ChecksUndelivered');
  });

  each(['TriggersScheduleRole sts:AssumeRole'])(
    'without %s not even the dead letter is sent, and the cluster counts as not ready',
    async (label) => {
      const driver = await told([find(label)], noCheckForLong);
      expect(denials(driver)).toContain(label);
      expect(driver.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered)).toEqual([false]);
      raises(driver, 'NotReady');
    },
  );

  each(['DeadLettersQueuePolicy sqs:SendMessage'])(
    'without %s an event that cannot be delivered is lost, and an alarm goes off',
    async (label) => {
      const driver = await told([find(label), find(RULE)], activeStops);
      expect(denials(driver)).toContain('events.amazonaws.com sqs:SendMessage');
      expect(new Set(driver.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered))).toEqual(
        new Set([false]),
      );
      expect(queued(driver)).toEqual([]);
      raises(driver, 'EventsUndelivered');
    },
  );

  each(['TriggersScheduleRole sqs:SendMessage'])(
    'without %s a check that cannot be delivered is lost, and the cluster counts as not ready',
    async (label) => {
      const driver = await told([find(label), find(SCHEDULE)], noCheckForLong);
      expect(denials(driver)).toContain(label);
      expect(driver.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered)).toEqual([false]);
      raises(driver, 'NotReady');
    },
  );
});

describe('an alarm that may not publish', () => {
  each([
    'NotificationsKey kms:Decrypt',
    'NotificationsKey kms:GenerateDataKey*',
    'NotificationsTopicPolicy sns:Publish',
  ])('without %s it goes off, and the denial is seen', async (label) => {
    const driver = await told([find(label)], alarmGoesOff);
    const action = label.split(' ')[1]?.replace('*', '');
    expect(denials(driver)).toContain(`cloudwatch.amazonaws.com ${action}`);
    expect(driver.eventsOf('alarm').map(({ to }) => to)).toContain('ALARM');
    expect(driver.eventsOf('notice')).toEqual([]);
  });
});

describe('logs that may not be written', () => {
  each([...STEPS, 'Notify'].map((step) => `${step}Role logs:PutLogEvents`))(
    'without %s the denial is seen, the function has no log line, and the failover does not depend on it',
    async (label) => {
      const grant = find(label);
      const driver = await told([grant], activeStops);
      expect(denials(driver)).toEqual([label]);
      const group = grant.owner.replace(/Role[0-9A-F]{8}$/, 'Logs');
      expect(driver.eventsOf('log').filter((event) => event.group.includes(group))).toEqual([]);
      expect(driver.notices('FAILED_OVER')).toHaveLength(1);
    },
  );

  each(grants.map(({ label }) => label).filter((label) => /^WorkflowRole logs:/.test(label)))(
    'without %s the denial is seen, and the workflow has no history',
    async (label) => {
      const driver = await told([find(label)], activeStops);
      expect(denials(driver)).toEqual([label]);
      expect(driver.eventsOf('log').filter(({ group }) => group.startsWith('/aws/vendedlogs/states/'))).toEqual([]);
      expect(driver.notices('FAILED_OVER')).toHaveLength(1);
    },
  );
});

test('a run cannot notice these, and no others: creating log streams, and tracing', () => {
  const rest = grants.map(({ label }) => label).filter((label) => !tested.has(label));
  const ofStep = (role: string) =>
    ['logs:CreateLogStream', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords'].map((action) => `${role} ${action}`);
  const tracing = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'];
  expect(rest).toEqual([
    ...[...STEPS, 'Notify'].flatMap((step) => ofStep(`${step}Role`)),
    ...tracing.map((action) => `WorkflowRole xray:${action}`),
  ]);
  expect([...tested].filter((label) => !grants.some((grant) => grant.label === label))).toEqual([]);
});
