import { synthesize } from '../../local/demo/synth';
import { CONFIGS } from './configs';
import type { History } from './history';
import { reportOf } from './report';
import { judge } from './search';

let templates: readonly string[] = [];
beforeAll(() => {
  templates = CONFIGS.map(({ config }) => synthesize(config));
});

async function expectNoViolation(history: History): Promise<void> {
  const judged = await judge(history, templates);
  if (judged.violations.length > 0) throw new Error(reportOf(judged));
}

const CALM = {
  config: 0,
  seed: 1,
  lag: 0,
  alarmLag: 0,
  throttle: false,
  transitions: 'quick',
  coldStart: 300,
  skew: null,
  minute: 0,
  interfaces: 'primary',
  full: null,
  foreignElasticIp: false,
  doomed: false,
} as const;

test.each([
  ['VerifyInstanceState', 'exited'],
  ['AssignIp', 'exited'],
  ['NotifySuccess', 'entered'],
] as const)('notices: an execution that is cut off when it has %s %s raises an alarm', async (state, when) => {
  await expectNoViolation({
    ...CALM,
    steps: [
      { after: 0, what: { do: 'kill', state, when, nth: 1 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
    ],
  });
});

test('notices: what a failover did and a drill overtook is told by the drill', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    steps: [
      { after: 1_237, what: { do: 'impair', cluster: 0, node: 0, check: 'system' } },
      { after: 89_003, on: 'UnassignIp', what: { do: 'start', cluster: 1, node: 3 } },
      { after: 203, what: { do: 'twice', milliseconds: 2_052 } },
      { after: 90, what: { do: 'event-fault', kind: 'delay', milliseconds: 86_103 } },
      { after: 852, what: { do: 'drill', cluster: 0, node: 3, reason: 'plain' } },
    ],
  });
});

test('notices: an execution that lost its addresses before it could put the Elastic IP on them decides again', async () => {
  await expectNoViolation({
    ...CALM,
    config: 1,
    seed: 0,
    steps: [
      {
        after: 0,
        what: { do: 'lambda-fault', function: 'verify-instance-state', kind: 'timeout', atCall: 1, when: 'before' },
      },
      { after: 0, what: { do: 'alarm', cluster: 0, node: 1, state: 'OK' } },
      { after: 0, what: { do: 'event-fault', kind: 'delay', milliseconds: 15000 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 400, what: { do: 'start', cluster: 0, node: 0 } },
      { after: 0, what: { do: 'check', cluster: 0 } },
      { after: 2713, what: { do: 'stop', cluster: 1, node: 3 } },
      {
        after: 297,
        what: { do: 'api-fault', action: 'UnassignPrivateIpAddresses', kind: 'throttle', nth: 1, times: 1 },
      },
      { after: 1, what: { do: 'alarm', cluster: 0, node: 1, state: 'ALARM' } },
    ],
  });
});

test('drills come to rest: an assignment that EC2 carries out late is no second thought, and the next check repairs it', async () => {
  await expectNoViolation({
    ...CALM,
    steps: [
      { after: 0, what: { do: 'api-fault', action: 'AssignPrivateIpAddresses', kind: 'slow', nth: 1, times: 1 } },
      { after: 0, on: 'VerifyInstanceState', what: { do: 'drill', cluster: 0, node: 1, reason: 'plain' } },
      { after: 6, what: { do: 'repeat-event', back: 0 } },
      { after: 1_416, what: { do: 'stop', cluster: 0, node: 1 } },
    ],
  });
});

test('notices: a check whose assignment got no answer is told when nobody can take the addresses any more', async () => {
  await expectNoViolation({
    ...CALM,
    seed: 0,
    transitions: 'slow',
    full: { node: 2, by: 'type' },
    foreignElasticIp: true,
    steps: [
      { after: 0, what: { do: 'api-fault', action: 'AssignPrivateIpAddresses', kind: 'slow', nth: 1, times: 4 } },
      { after: 0, on: 'VerifyInstanceState', what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 0, what: { do: 'event-fault', kind: 'delay', milliseconds: 15_000 } },
      { after: 0, what: { do: 'stop', cluster: 1, node: 0 } },
      { after: 400, what: { do: 'start', cluster: 1, node: 0 } },
      { after: 21_136, what: { do: 'check', cluster: 1 } },
      { after: 302, on: 'VerifyInstanceState', what: { do: 'failover', cluster: 1, node: 3 } },
      { after: 2, what: { do: 'throttle', action: 'DescribeNetworkInterfaces', milliseconds: 11_486 } },
      { after: 75, what: { do: 'repeat-event', back: 0 } },
      { after: 99, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 109_573, what: { do: 'drill', cluster: 0, node: 2, reason: 'plain' } },
    ],
  });
});

test('notices: a check that took an address off, lost the answer and cannot place it any more tells people', async () => {
  await expectNoViolation({
    ...CALM,
    config: 1,
    seed: 65_523,
    transitions: 'slow',
    full: { node: 2, by: 'type' },
    foreignElasticIp: true,
    steps: [
      { after: 9_098, on: 'AssignIp', what: { do: 'recover', cluster: 0, node: 0 } },
      { after: 30, what: { do: 'sns-down', milliseconds: 7_337 } },
      {
        after: 115,
        what: { do: 'lambda-fault', function: 'unassign-ip', kind: 'timeout', atCall: 2, when: 'after' },
      },
      { after: 8, on: 'VerifyEni', what: { do: 'terminate', cluster: 1, node: 0 } },
      { after: 89, what: { do: 'lambda-fault', function: 'verify-eni', kind: 'crash', atCall: 3, when: 'before' } },
      { after: 1_759, on: 'VerifyEni', what: { do: 'drill', cluster: 0, node: 0, reason: 'plain' } },
      { after: 5, what: { do: 'sns-down', milliseconds: 10 } },
      { after: 5, on: 'VerifyEni', what: { do: 'rehearsal', cluster: 0, node: 2 } },
      { after: 3_296, what: { do: 'event-fault', kind: 'delay', milliseconds: 88_349 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 3_457, what: { do: 'start', cluster: 0, node: 0 } },
      { after: 14, what: { do: 'check', cluster: 0 } },
      { after: 278, what: { do: 'event-fault', kind: 'delay', milliseconds: 89_987 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 4_525, what: { do: 'start', cluster: 0, node: 0 } },
      { after: 19_786, what: { do: 'check', cluster: 0 } },
      { after: 19_990, what: { do: 'start', cluster: 0, node: 0 } },
    ],
  });
});

test('notices: a check that finds an address on nobody and no node that takes it says that the cluster is not ready', async () => {
  await expectNoViolation({
    ...CALM,
    full: { node: 1, by: 'type' },
    steps: [
      { after: 0, what: { do: 'impair', cluster: 0, node: 0, check: 'system' } },
      { after: 0, what: { do: 'move', cluster: 0, address: 0, node: null } },
      { after: 0, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('a refused courtesy stops nothing: unassigning is denied for good, and the address leaves its dead holder at once', async () => {
  await expectNoViolation({
    ...CALM,
    steps: [
      {
        after: 0,
        what: {
          do: 'refuse',
          action: 'UnassignPrivateIpAddresses',
          code: 'UnauthorizedOperation',
          milliseconds: null,
        },
      },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 60_000, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('notices: executions that find no node for an address, one after the other, do not all say so', async () => {
  await expectNoViolation({
    ...CALM,
    config: 1,
    seed: 65_529,
    full: { node: 1, by: 'type' },
    steps: [
      { after: 2_995, what: { do: 'terminate', cluster: 0, node: 0 } },
      {
        after: 209,
        what: {
          do: 'lambda-refuses',
          function: 'unassign-ip',
          error: 'Lambda.ResourceNotReadyException',
          milliseconds: 54_732,
        },
      },
      { after: 30_000, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 289, what: { do: 'repeat-event', back: 0 } },
      { after: 352, what: { do: 'repeat-event', back: 0 } },
      { after: 2_991, what: { do: 'terminate', cluster: 0, node: 0 } },
    ],
  });
});

test('notices: a refused unassign, and a look that lacks the addresses, are no sign that another execution tells', async () => {
  await expectNoViolation({
    ...CALM,
    transitions: 'stuck',
    steps: [
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      {
        after: 0,
        on: 'UnassignIp',
        what: { do: 'refuse', action: 'UnassignPrivateIpAddresses', code: 'RequestExpired', milliseconds: 800 },
      },
      { after: 0, what: { do: 'lacks', cluster: 0, node: 0, action: 'DescribeNetworkInterfaces', times: 1 } },
      { after: 20_000, what: { do: 'rehearsal', cluster: 0, node: null } },
    ],
  });
});

test('the last claim is followed: an execution that read EC2 before the claim moved the addresses on, and the check follows the claim', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    seed: 29_900,
    lag: 9_999,
    skew: { events: 0, functions: [-12_786, -119_996, -41_294, 50_442, -69_472] },
    minute: 58,
    interfaces: 'secondary, deleted on termination',
    foreignElasticIp: true,
    steps: [
      { after: 19_990, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 1_585, what: { do: 'claim', cluster: 0, node: 0 } },
      { after: 1_227, what: { do: 'claim', cluster: 0, node: 3 } },
      { after: 28_676, on: 'NotifySuccess', what: { do: 'claim', cluster: 1, node: 2 } },
      { after: 5_409, on: 'VerifyInstanceState', what: { do: 'claim', cluster: 1, node: 1 } },
    ],
  });
});

test('the last claim is followed: nodes claim in turn, and the claim at which people are told otherwise was refused', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    seed: 0,
    transitions: 'stuck',
    doomed: true,
    steps: [
      { after: 0, what: { do: 'event-fault', kind: 'delay', milliseconds: 15_000 } },
      { after: 12_166, what: { do: 'claim', cluster: 0, node: 0 } },
      { after: 711, what: { do: 'claim', cluster: 0, node: 3 } },
      { after: 830, what: { do: 'claim', cluster: 1, node: 1 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 400, what: { do: 'start', cluster: 0, node: 0 } },
      { after: 0, what: { do: 'check', cluster: 0 } },
      { after: 1_617, what: { do: 'claim', cluster: 0, node: 0 } },
      { after: 0, what: { do: 'claim', cluster: 0, node: 3 } },
      { after: 634, on: 'NotifySuccess', what: { do: 'claim', cluster: 0, node: 0 } },
      { after: 4_102, what: { do: 'claim', cluster: 0, node: 2 } },
      { after: 0, on: 'VerifyInstanceState', what: { do: 'start', cluster: 0, node: 0 } },
    ],
  });
});

test('notices: somebody gives an address away while a node is called unhealthy, and reads do not show it yet', async () => {
  await expectNoViolation({
    ...CALM,
    config: 4,
    seed: 0,
    lag: 680,
    steps: [
      { after: 267, what: { do: 'twice', milliseconds: 6010 } },
      { after: 10917, on: 'NotifyFailure', what: { do: 'alternate', cluster: 0, milliseconds: 21099, times: 5 } },
      { after: 19982, what: { do: 'application', cluster: 0, node: 0, status: 'insufficient-data' } },
      { after: 1542, what: { do: 'hide', cluster: 0, address: 1 } },
      { after: 153, what: { do: 'sns-down', milliseconds: 1992 } },
      { after: 1251, what: { do: 'stop', cluster: 0, node: 2 } },
      { after: 9940, what: { do: 'sns-down', milliseconds: 3895 } },
      { after: 0, what: { do: 'drill', cluster: 1, node: 1, reason: 'plain' } },
      { after: 280, what: { do: 'drill', cluster: 1, node: 1, reason: 'plain' } },
      { after: 1992, what: { do: 'claim', cluster: 0, node: 2 } },
      { after: 29999, what: { do: 'claim', cluster: 0, node: 1 } },
      { after: 390, on: 'NotifyNothingToDo', what: { do: 'repeat-event', back: 0 } },
      { after: 221, what: { do: 'event-fault', kind: 'delay', milliseconds: 1670 } },
      { after: 143, what: { do: 'event-fault', kind: 'duplicate', milliseconds: 11779 } },
      { after: 5969, what: { do: 'failover', cluster: 0, node: null } },
    ],
  });
});

test('the last claim is followed: an older claim that EC2 refused for a while took its addresses afterwards', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    seed: 0,
    coldStart: 0,
    steps: [
      { after: 29_984, what: { do: 'claim', cluster: 1, node: 3 } },
      {
        after: 1_580,
        what: { do: 'refuse', action: 'AssignPrivateIpAddresses', code: 'IncorrectState', milliseconds: null },
      },
      { after: 9_879, what: { do: 'claim', cluster: 1, node: 3 } },
      { after: 12_490, on: 'UnassignIp', what: { do: 'claim', cluster: 1, node: 0 } },
      { after: 1_862, what: { do: 'claim', cluster: 0, node: 1 } },
    ],
  });
});

test('a refused courtesy stops nothing: EC2 shows a holder that goes down still running, and one whose application went to and fro', async () => {
  await expectNoViolation({
    ...CALM,
    config: 4,
    seed: 0,
    lag: 1665,
    steps: [
      { after: 378156, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 308366, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 655384, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 2023, what: { do: 'start', cluster: 0, node: 0 } },
    ],
  });
});

test('the last claim is followed: nodes claim in turn while the cluster is paused, and people are told', async () => {
  await expectNoViolation({
    ...CALM,
    steps: [
      { after: 1016, on: 'VerifyEni', what: { do: 'claim', cluster: 0, node: 3 } },
      { after: 972, on: 'VerifyEni', what: { do: 'claim', cluster: 0, node: 1 } },
      { after: 1341, what: { do: 'claim', cluster: 0, node: 3 } },
      { after: 224, what: { do: 'pause', cluster: 0, minutes: null } },
      { after: 910, what: { do: 'claim', cluster: 1, node: 1 } },
    ],
  });
});

test('the last claim is followed: failback leaves the addresses where a node said that it is active, though they were there', async () => {
  await expectNoViolation({
    ...CALM,
    config: 2,
    steps: [
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 1875, what: { do: 'claim', cluster: 0, node: 0 } },
      { after: 0, what: { do: 'start', cluster: 0, node: 2 } },
    ],
  });
});

test('notices: a late event of a death, and a read from before the move, carry the addresses on to a third node', async () => {
  await expectNoViolation({
    ...CALM,
    config: 1,
    seed: 24_934,
    lag: 13_419,
    transitions: 'slow',
    steps: [
      { after: 11, what: { do: 'event-fault', kind: 'delay', milliseconds: 15_015 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 2_436, what: { do: 'start', cluster: 0, node: 0 } },
      { after: 7, what: { do: 'check', cluster: 0 } },
      { after: 3_324, what: { do: 'event-fault', kind: 'delay', milliseconds: 47_532 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 42_000, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('notices: a failure that was told before happens while SNS takes nothing, and a later notice tells', async () => {
  await expectNoViolation({
    ...CALM,
    transitions: 'slow',
    steps: [
      { after: 0, what: { do: 'refuse', action: 'Publish', code: 'IncorrectState', milliseconds: null } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 1 } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      { after: 200_000, what: { do: 'start', cluster: 0, node: 0 } },
    ],
  });
});

test.each<[string, number, History['steps'][number]['what']]>([
  ['who claims has no room: others get nothing', 16_000, { do: 'claim', cluster: 0, node: 1 }],
  ['a person who names no node is not kept from moving', 15_000, { do: 'failover', cluster: 0, node: null }],
])('no move on missing information: alarms change in turn, and %s', async (_says, after, what) => {
  await expectNoViolation({
    ...CALM,
    config: 2,
    seed: 0,
    full: { node: 2, by: 'type' },
    steps: [
      { after: 0, what: { do: 'alternate', cluster: 0, milliseconds: 11_779, times: 2 } },
      { after, what },
    ],
  });
});

test('no move on missing information: the node that a drill names is excluded while EC2 throttles the drill', async () => {
  await expectNoViolation({
    ...CALM,
    steps: [
      { after: 0, what: { do: 'throttle', action: 'AssignPrivateIpAddresses', milliseconds: 40_000 } },
      { after: 0, what: { do: 'drill', cluster: 0, node: 1, reason: 'plain' } },
      { after: 0, on: 'AssignIp', what: { do: 'exclude', cluster: 0, node: 1, tag: 'never' } },
      { after: 50_000, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('nobody is never the last word: a claim of a node that is not well, while an address is on nobody', async () => {
  await expectNoViolation({
    ...CALM,
    steps: [
      { after: 0, what: { do: 'move', cluster: 0, address: 0, node: null } },
      { after: 0, what: { do: 'impair', cluster: 0, node: 0, check: 'system' } },
      { after: 7815, on: 'NotifySuccess', what: { do: 'claim', cluster: 1, node: 0 } },
    ],
  });
});

test('nobody is never the last word: a claim whose node has no room, a late read, and a holder whose application went to and fro', async () => {
  await expectNoViolation({
    ...CALM,
    config: 4,
    lag: 4332,
    transitions: 'slow',
    full: { node: 2, by: 'type' },
    doomed: true,
    steps: [
      { after: 157466, what: { do: 'application', cluster: 0, node: 0, status: 'ok' } },
      { after: 375201, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 428562, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 77601, what: { do: 'application', cluster: 0, node: 0, status: 'ok' } },
      { after: 354928, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 211362, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 434858, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 253628, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 238026, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 233669, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 69, what: { do: 'api-fault', action: 'AssociateAddress', kind: 'reset', nth: 3, times: 1 } },
      { after: 16, on: 'NotifyFailure', what: { do: 'claim', cluster: 1, node: 0 } },
      { after: 27893, what: { do: 'claim', cluster: 1, node: 3 } },
      { after: 1153, what: { do: 'claim', cluster: 1, node: 2 } },
      { after: 1521, what: { do: 'claim', cluster: 0, node: 0 } },
      { after: 1338, what: { do: 'claim', cluster: 0, node: 2 } },
      { after: 12085, what: { do: 'application', cluster: 0, node: 1, status: 'impaired' } },
      { after: 79, what: { do: 'api-fault', action: 'AssignPrivateIpAddresses', kind: 'empty', nth: 3, times: 1 } },
      { after: 9300, what: { do: 'failover', cluster: 1, node: 2 } },
    ],
  });
});

test.each([
  ['DescribeInstances', 'stop'],
  ['DescribeNetworkInterfaces', 'terminate'],
] as const)(
  'nobody is never the last word: %s is refused for good after the addresses were taken off (%s)',
  async (action, how) => {
    await expectNoViolation({
      ...CALM,
      config: 3,
      steps: [
        {
          after: 0,
          what: {
            do: 'lambda-refuses',
            function: 'assign-ip',
            error: 'Lambda.ResourceNotReadyException',
            milliseconds: 50_000,
          },
        },
        { after: 0, what: { do: how, cluster: 0, node: 0 } },
        { after: 30_000, what: { do: 'refuse', action, code: 'SomethingNobodyHasSeen', milliseconds: null } },
        // So long it is refused.
        { after: 260_000, what: { do: 'attach', cluster: 0, node: 1 } },
      ],
    });
  },
);

test('the last claim is followed: EventBridge’s clock is ahead, and the last claim is still to come by the workflow’s', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    skew: { events: 47_000, functions: [0, 0, 0, 0, 0] },
    steps: [
      { after: 0, what: { do: 'claim', cluster: 0, node: 1 } },
      { after: 50_000, what: { do: 'claim', cluster: 0, node: 2 } },
      { after: 20_000, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('nobody is never the last word: EC2 refuses a target for an odd reason, and AssignIp’s clock is ahead', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    skew: { events: 0, functions: [0, 0, 30_000, 0, 0] },
    steps: [
      { after: 0, what: { do: 'refuse-target', cluster: 0, node: 1, code: 'UnsupportedOperation' } },
      { after: 0, what: { do: 'stop', cluster: 0, node: 0 } },
      // So long it is refused.
      { after: 300_000, what: { do: 'attach', cluster: 0, node: 1 } },
    ],
  });
});

test('the last claim is followed: EC2 refused an older claim for a while, and a person had asked within a minute before', async () => {
  await expectNoViolation({
    ...CALM,
    config: 3,
    steps: [
      { after: 0, what: { do: 'drill', cluster: 0, node: 1, reason: 'plain' } },
      { after: 10_000, what: { do: 'throttle', action: 'AssignPrivateIpAddresses', milliseconds: 2_000 } },
      { after: 0, what: { do: 'claim', cluster: 0, node: 3 } },
      { after: 1_500, what: { do: 'claim', cluster: 0, node: 2 } },
      { after: 60_000, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('notices: a check cannot repair what it finds, and the readiness alarm was up for want of a standby', async () => {
  await expectNoViolation({
    ...CALM,
    interfaces: 'secondary',
    steps: [
      { after: 0, what: { do: 'stop', cluster: 0, node: 1 } },
      // Two checks later.
      { after: 900_000, what: { do: 'detach', cluster: 0, node: 0 } },
      { after: 900_000, what: { do: 'check', cluster: 0 } },
    ],
  });
});

test('no move on missing information: CloudWatch cannot say that the addresses have just moved', async () => {
  await expectNoViolation({
    ...CALM,
    config: 4,
    steps: [
      { after: 0, what: { do: 'application', cluster: 0, node: 1, status: 'impaired' } },
      { after: 120_000, what: { do: 'application', cluster: 0, node: 0, status: 'impaired' } },
      { after: 100_000, what: { do: 'api-fault', action: 'GetMetricData', kind: 'empty', nth: 1, times: 12 } },
      { after: 0, what: { do: 'check', cluster: 0 } },
      { after: 5_000, what: { do: 'application', cluster: 0, node: 1, status: 'ok' } },
    ],
  });
});
