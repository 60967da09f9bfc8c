import type { Stage } from '../../local/stage';
import { synthesize } from '../../local/synth';
import { type Grant, grantsIn, short, without } from './grants';
import { Variants } from './variants';

jest.setTimeout(60_000);

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
  }),
);
const grants = grantsIn(variants.template);
const smallStandby = { nodes: { 'i-0a1b2c3d4e5f60002': { instanceType: 't3.nano' } } };

type Story = (stage: Stage) => Promise<void>;

const activeStops: Story = async (stage) => {
  stage.stop(stage.active);
  await stage.settled();
};
const addressGoesThereAndBack: Story = async (stage) => {
  await activeStops(stage);
  stage.start(stage.active);
  await stage.settled();
  stage.stop(stage.standby);
  await stage.settled();
};
const answerOfUnassignIsLost: Story = async (stage) => {
  stage.cloud.faults.add({ action: 'UnassignPrivateIpAddresses', kind: 'lost-response', nth: 1 });
  await activeStops(stage);
};
const standbyHasNoRoom: Story = async (stage) => {
  stage.cloud.world.addresses.assign(stage.standby.networkInterfaceId, ['10.0.0.100'], false);
  await activeStops(stage);
};
const rehearsal: Story = async (stage) => {
  stage.rehearsal();
  await stage.settled();
};
const bothStop: Story = async (stage) => {
  stage.stop(stage.standby);
  stage.stop(stage.active);
  await stage.settled();
};
const schedulesFire: Story = async (stage) => {
  for (const name of stage.cloud.events.scheduleNames) stage.cloud.events.fire(name);
  await stage.settled();
};
const alarmGoesOff: Story = async (stage) => {
  stage.cloud.alarms.setState(alarm('ExecutionsFailed', stage).name, 'ALARM', 'a test');
  await stage.settled();
};

function alarm(words: string, { cloud }: Stage) {
  const found = cloud.alarms.list().find(({ name }) => name.includes(words));
  if (found === undefined) throw new Error(`The template has no alarm ${words}.`);
  return found;
}

/** The template without some grants, and a story told there. The alarms are looked at once, in the end. */
async function told(missing: readonly Grant[], story: Story, world = {}): Promise<Stage> {
  const stage = await variants.stage(without(variants.template, missing), { world });
  await story(stage);
  stage.cloud.alarms.evaluate();
  await stage.settled();
  await stage.cloud.close();
  return stage;
}

const find = (label: string): Grant => {
  const grant = grants.find((each) => each.label === label);
  if (grant === undefined) throw new Error(`There is no ${label} among ${grants.map((each) => each.label).join(', ')}`);
  return grant;
};

const denials = (stage: Stage) => stage.eventsOf('access-denied').map(({ role, action }) => `${short(role)} ${action}`);
const errorCodes = (stage: Stage) => stage.eventsOf('api-call').map(({ error }) => error?.code);

/** An alarm that went off, and CloudWatch's own mail about it. */
function raises(stage: Stage, words: string): void {
  const { name, state } = alarm(words, stage);
  expect(`${words} ${state}`).toBe(`${words} ALARM`);
  expect(stage.eventsOf('notice').map(({ subject }) => subject)).toContainEqual(expect.stringContaining(name));
}

/** Which grants each test takes away; the last test sees to it that none is left out. */
const tested = new Set<string>();
const each = (labels: readonly string[]) => {
  for (const label of labels) tested.add(label);
  return it.each(labels);
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
  it.each(Object.entries(stories))('nothing is denied and nothing fails: %s', async (_, story) => {
    const stage = await told([], story);
    expect(denials(stage)).toEqual([]);
    expect(stage.failures).toEqual([]);
    expect(stage.eventsOf('delivery-failed')).toEqual([]);
  });

  it('the workflow and every function write logs', async () => {
    const stage = await told([], activeStops);
    const groups = new Set(stage.eventsOf('log').map(({ group }) => group));
    for (const step of [...STEPS, 'Notify'])
      expect([...groups]).toContainEqual(expect.stringContaining(`Failover${step}Logs`));
    expect([...groups]).toContainEqual(expect.stringMatching(/^\/aws\/vendedlogs\/states\//));
  });
});

const STEP_STORIES: readonly (readonly [Story, readonly string[]])[] = [
  [
    activeStops,
    ['VerifyInstanceStateRole ec2:DescribeInstances', 'VerifyInstanceStateRole ec2:DescribeInstanceStatus'],
  ],
  [activeStops, ['VerifyInstanceStateRole ec2:DescribeNetworkInterfaces']],
  [activeStops, ['VerifyInstanceStateRole cloudwatch:DescribeAlarms']],
  [addressGoesThereAndBack, ENIS.map((eni) => `UnassignIpRole ec2:UnassignPrivateIpAddresses on ${eni}`)],
  [answerOfUnassignIsLost, ['UnassignIpRole ec2:DescribeNetworkInterfaces']],
  [rehearsal, ['UnassignIpRole ec2:GetSubnetCidrReservations', 'AssignIpRole ec2:DescribeInstanceTypes']],
  [addressGoesThereAndBack, ENIS.map((eni) => `AssignIpRole ec2:AssignPrivateIpAddresses on ${eni}`)],
  [addressGoesThereAndBack, [EIP, ...ENIS].map((on) => `AssignIpRole ec2:AssociateAddress on ${on}`)],
  [standbyHasNoRoom, ['AssignIpRole ec2:DescribeNetworkInterfaces']],
  [activeStops, ['VerifyEniRole ec2:DescribeNetworkInterfaces', 'VerifyEniRole ec2:DescribeInstances']],
];
const storyOf = new Map(STEP_STORIES.flatMap(([story, labels]) => labels.map((label) => [label, story] as const)));

describe('a step that may not call AWS', () => {
  each([...storyOf.keys()])('without %s the failure notice names it', async (label) => {
    const grant = find(label);
    const world = storyOf.get(label) === standbyHasNoRoom ? smallStandby : {};
    const stage = await told([grant], storyOf.get(label) ?? activeStops, world);
    expect(denials(stage)).toContain(`${short(grant.owner)} ${grant.action}`);
    expect(errorCodes(stage)).toContain(
      grant.action.startsWith('cloudwatch:') ? 'AccessDenied' : 'UnauthorizedOperation',
    );
    const [notice] = stage.notices('FAILED');
    expect(notice?.message).toContain(`is not authorized to perform: ${grant.action}`);
    if (grant.place !== null) {
      const named = stage.eventsOf('access-denied').map(({ resource }) => resource);
      expect(new Set(named)).toEqual(new Set([expect.stringContaining(label.split(' on ')[1] ?? '')]));
    }
    expect(stage.failures.length).toBeGreaterThan(0);
  });
});

describe('a workflow that may not invoke a step', () => {
  each(STEPS.map((step) => `WorkflowRole lambda:InvokeFunction on ${step}Function`))(
    'without %s the failure notice names it',
    async (label) => {
      const stage = await told([find(label)], activeStops);
      expect(denials(stage)).toContain('WorkflowRole lambda:InvokeFunction');
      expect(stage.failures.map(({ error }) => error)).toEqual(['Lambda.AWSLambdaException']);
      expect(stage.notices('FAILED')[0]?.message).toContain('is not authorized to perform: lambda:InvokeFunction');
    },
  );

  each(STEPS.map((step) => `${step}Role sts:AssumeRole`))(
    'without %s (its trust policy) the failure notice says so',
    async (label) => {
      const stage = await told([find(label)], activeStops);
      expect(denials(stage)).toContain(label);
      expect(stage.failures.map(({ error }) => error)).toEqual(['Lambda.AWSLambdaException']);
      expect(stage.notices('FAILED')[0]?.message).toContain('cannot be assumed by Lambda');
    },
  );
});

describe('a notice that cannot be sent', () => {
  const codes: Readonly<Record<string, string>> = {
    'NotifyRole sns:Publish': 'AuthorizationError',
    'NotifyRole kms:GenerateDataKey*': 'KMSAccessDenied',
    'NotifyRole kms:Decrypt': 'KMSAccessDenied',
    'NotificationsKey kms:*': 'KMSAccessDenied',
  };
  each(Object.keys(codes))('without %s a good move ends as NoticeFailed, and alarms go off', async (label) => {
    const stage = await told([find(label)], activeStops);
    expect(stage.holds(stage.standby)).toBe(true);
    expect(errorCodes(stage)).toContain(codes[label]);
    expect(denials(stage)).toContainEqual(
      expect.stringMatching(/^NotifyRole (sns:Publish|kms:GenerateDataKey|kms:Decrypt)$/),
    );
    expect(stage.notices()).toEqual([]);
    expect(stage.failures.map(({ error }) => error)).toEqual(['NoticeFailed']);
    raises(stage, 'ExecutionsFailed');
    raises(stage, 'NoticeErrors');
  });

  it.each(Object.keys(codes))('without %s a failed move ends in its own error, and alarms go off', async (label) => {
    const stage = await told([find(label)], bothStop);
    expect(stage.notices()).toEqual([]);
    expect(new Set(stage.failures.map(({ error }) => error))).toEqual(new Set(['NoHealthyStandby']));
    raises(stage, 'ExecutionsFailed');
    raises(stage, 'NoticeErrors');
  });

  each(['WorkflowRole lambda:InvokeFunction on NotifyFunction', 'NotifyRole sts:AssumeRole'])(
    'without %s a good move ends as NoticeFailed, and an alarm goes off',
    async (label) => {
      const stage = await told([find(label)], activeStops);
      expect(stage.holds(stage.standby)).toBe(true);
      expect(denials(stage)).toContain(label.split(' on ')[0]);
      expect(stage.eventsOf('state-caught').map(({ error }) => error)).toEqual(['Lambda.AWSLambdaException']);
      expect(stage.failures.map(({ error }) => error)).toEqual(['NoticeFailed']);
      raises(stage, 'ExecutionsFailed');
    },
  );

  each(['WorkflowRole sts:AssumeRole'])('without %s nothing is done, and an alarm goes off', async (label) => {
    const stage = await told([find(label)], activeStops);
    expect(denials(stage)).toContain(label);
    expect(stage.moves).toBe(0);
    expect(stage.failures.map(({ error }) => error)).toEqual(['Lambda.AWSLambdaException']);
    raises(stage, 'ExecutionsFailed');
  });

  each(['NotifyRole ec2:DescribeNetworkInterfaces', 'NotifyRole ec2:DescribeInstances'])(
    'without %s the failure notice goes out and says that it could not look',
    async (label) => {
      const stage = await told([find(label)], bothStop);
      expect(denials(stage)).toContain(label);
      expect(errorCodes(stage)).toContain('UnauthorizedOperation');
      expect(stage.notices('FAILED')[0]?.message).toMatch(/This could not be found out: .*not authorized/);
    },
  );
});

describe('a trigger that may not start the workflow', () => {
  const queued = (stage: Stage) => stage.cloud.events.deadLetters.map(({ body }): unknown => JSON.parse(body));
  const RULE = 'TriggersRuleRole states:StartExecution';
  const SCHEDULE = 'TriggersScheduleRole states:StartExecution';

  each([RULE, 'TriggersRuleRole sts:AssumeRole'])(
    'without %s the event is in the dead-letter queue, and an alarm goes off',
    async (label) => {
      const stage = await told([find(label)], activeStops);
      expect(denials(stage)).toContain(label);
      const failed = stage.eventsOf('delivery-failed');
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.every(({ deadLettered }) => deadLettered)).toBe(true);
      expect(queued(stage)).toContainEqual(
        expect.objectContaining({ detail: { 'instance-id': stage.active.instanceId, state: 'stopped' } }),
      );
      raises(stage, 'InstanceRuleFailed');
    },
  );

  each([SCHEDULE])('without %s the check is in the dead-letter queue', async (label) => {
    const stage = await told([find(label)], schedulesFire);
    expect(denials(stage)).toContain(label);
    expect(stage.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered)).toEqual([true]);
    expect(queued(stage)).toEqual([{ cluster: 'mail', mode: 'check' }]);
  });

  each(['TriggersScheduleRole sts:AssumeRole'])(
    'without %s not even the dead letter is sent, and the cluster counts as not ready',
    async (label) => {
      const stage = await told([find(label)], async (each) => {
        await schedulesFire(each);
        await each.cloud.advance(11 * 60_000);
      });
      expect(denials(stage)).toContain(label);
      expect(stage.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered)).toEqual([false]);
      raises(stage, 'NotReady');
    },
  );

  each(['DeadLettersQueuePolicy sqs:SendMessage'])(
    'without %s an event that cannot be delivered is lost, and an alarm goes off',
    async (label) => {
      const stage = await told([find(label), find(RULE)], activeStops);
      expect(denials(stage)).toContain('events.amazonaws.com sqs:SendMessage');
      expect(new Set(stage.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered))).toEqual(
        new Set([false]),
      );
      expect(queued(stage)).toEqual([]);
      raises(stage, 'InstanceRuleFailed');
    },
  );

  each(['TriggersScheduleRole sqs:SendMessage'])(
    'without %s a check that cannot be delivered is lost, and the cluster counts as not ready',
    async (label) => {
      const stage = await told([find(label), find(SCHEDULE)], async (each) => {
        await schedulesFire(each);
        await each.cloud.advance(11 * 60_000);
      });
      expect(denials(stage)).toContain(label);
      expect(stage.eventsOf('delivery-failed').map(({ deadLettered }) => deadLettered)).toEqual([false]);
      raises(stage, 'NotReady');
    },
  );
});

describe('an alarm that may not publish', () => {
  each([
    'NotificationsKey kms:Decrypt',
    'NotificationsKey kms:GenerateDataKey*',
    'NotificationsTopicPolicy sns:Publish',
  ])('without %s it goes off, and the denial is seen', async (label) => {
    const stage = await told([find(label)], alarmGoesOff);
    const action = label.split(' ')[1]?.replace('*', '');
    expect(denials(stage)).toContain(`cloudwatch.amazonaws.com ${action}`);
    expect(stage.eventsOf('alarm').map(({ to }) => to)).toContain('ALARM');
    expect(stage.eventsOf('notice')).toEqual([]);
  });
});

describe('logs that may not be written', () => {
  each([...STEPS, 'Notify'].map((step) => `${step}Role logs:PutLogEvents`))(
    'without %s the denial is seen, the function has no log line, and the failover does not depend on it',
    async (label) => {
      const grant = find(label);
      const stage = await told([grant], activeStops);
      expect(denials(stage)).toEqual([label]);
      const group = grant.owner.replace(/Role[0-9A-F]{8}$/, 'Logs');
      expect(stage.eventsOf('log').filter((event) => event.group.includes(group))).toEqual([]);
      expect(stage.notices('FAILED_OVER')).toHaveLength(1);
    },
  );

  each(grants.map(({ label }) => label).filter((label) => /^WorkflowRole logs:/.test(label)))(
    'without %s the denial is seen, and the workflow has no history',
    async (label) => {
      const stage = await told([find(label)], activeStops);
      expect(denials(stage)).toEqual([label]);
      expect(stage.eventsOf('log').filter(({ group }) => group.startsWith('/aws/vendedlogs/states/'))).toEqual([]);
      expect(stage.notices('FAILED_OVER')).toHaveLength(1);
    },
  );
});

it('a run cannot notice these, and no others: creating log streams, and tracing', () => {
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
