import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { rehearseAssign } from '../../functions/assign-ip/rehearse';
import { type Cluster, nodeLabel } from '../../functions/shared/cluster';
import type { Finding } from '../../functions/shared/plan';
import { allPages } from '../../functions/shared/snapshot';
import { rehearseUnassign } from '../../functions/unassign-ip/rehearse';
import { rehearseVerify } from '../../functions/verify-eni/rehearse';
import type { Clients } from '../aws/clients';
import type { Deployment } from '../aws/deployment';
import { messagesIn, newestOutcomes, newestReadiness } from '../aws/metrics';
import { lookAt } from '../cluster-state';
import { explain, missingStatement } from '../failures';
import { eachOf } from '../output/parallel';
import { line } from '../output/text';
import { utc } from '../output/time';
import { checksOf } from '../status';
import { findingLine } from '../status-text';
import { ADVICE } from './advice';
import { type Diagnosis, ok } from './diagnosis';
import { aboutGuests } from './guest';
import { aboutTemplate } from './template';

const DAY = 86_400_000;
/** A drill a quarter. */
const DRILL_DAYS = 92;
const AT_ONCE = 10;

/**
 * Everything that can be known before it is needed. What cannot be read is a diagnosis too.
 * @param configFile the configuration that was deployed, where it is not cdk.json's
 */
export async function examine(
  clients: Clients,
  deployment: Deployment,
  clusters: readonly Cluster[],
  now: number,
  configFile?: string,
): Promise<Diagnosis[]> {
  const examinations: readonly (readonly [about: string, examine: () => Promise<Diagnosis[]>])[] = [
    ...clusters.map((cluster) => [cluster.name, () => aboutCluster(clients, cluster, now)] as const),
    ['checks', () => aboutChecks(clients, deployment, clusters, now)],
    ['drills', () => aboutDrills(clients, clusters, now)],
    ['notices', () => aboutNotices(clients, deployment)],
    ['alarms', () => aboutAlarms(clients, deployment)],
    ['dead letters', () => aboutDeadLetters(clients, deployment, now)],
    ['history', async () => aboutHistory(deployment)],
    ['template', () => aboutTemplate(clients, deployment, configFile)],
  ];
  const found = await eachOf(examinations, AT_ONCE, async ([about, run]) => {
    try {
      return await run();
    } catch (error) {
      const todo =
        missingStatement(error) === null ? 'Put right what it says, and look again.' : 'Let this role or user read it.';
      return [{ verdict: 'NOT KNOWN' as const, about, what: explain(error), todo }];
    }
  });
  return found.flat();
}

/** The states of the workflow look again before they call something missing; whoever types this does. */
const NOT_TRIED_AGAIN = Number.POSITIVE_INFINITY;

/** The rehearsal's own looks, made here: no execution is started, and nobody gets a notice. */
async function aboutCluster(clients: Clients, cluster: Cluster, now: number): Promise<Diagnosis[]> {
  const { state, plan } = await lookAt(clients, cluster, now);
  const about = cluster.name;
  if (plan === null)
    return [{ verdict: 'PROBLEM', about, what: line(state.explanation), todo: 'Look again in a minute.' }];
  const looks = await Promise.all([
    rehearseUnassign(clients.ec2, plan, NOT_TRIED_AGAIN),
    rehearseAssign(clients.ec2, plan, NOT_TRIED_AGAIN),
    rehearseVerify(clients.ec2, plan, NOT_TRIED_AGAIN),
  ]);
  const findings = [...plan.findings, ...looks.flatMap((look) => look.findings)];
  const diagnoses = findings.map((finding) => diagnosisOf(about, finding));
  if (state.paused?.until === null)
    diagnoses.push({ verdict: 'WARNING', about, what: 'its pause has no end', todo: `vip-failover resume ${about}` });
  const guests = aboutGuests(cluster, state);
  if (diagnoses.some(({ verdict }) => verdict === 'PROBLEM')) return [...diagnoses, ...guests];
  const next = state.next === null ? 'nobody' : line(nodeLabel(cluster, state.next));
  return [ok(about, `a failover would work: ${next} would take over`), ...diagnoses, ...guests];
}

function diagnosisOf(about: string, finding: Finding): Diagnosis {
  const verdict = finding.severity === 'problem' ? ('PROBLEM' as const) : ('WARNING' as const);
  return { verdict, about, what: findingLine(finding), todo: ADVICE[finding.code] };
}

async function aboutChecks(
  clients: Clients,
  deployment: Deployment,
  clusters: readonly Cluster[],
  now: number,
): Promise<Diagnosis[]> {
  const newest = await newestReadiness(clients, clusters, now);
  const about = 'checks';
  const found = clusters.flatMap(({ name, ...cluster }): Diagnosis[] => {
    const at = utc(newest.get(name)?.at ?? now);
    const rehearse = `vip-failover rehearse ${name}: its findings say what is in the way.`;
    switch (checksOf(cluster, newest.get(name), deployment, now)) {
      case 'OFF':
        return [
          {
            verdict: 'WARNING',
            about,
            what: `checks of ${name} are switched off: a lost event is never repaired`,
            todo: 'Set checkIntervalMinutes, 5 for example, and deploy.',
          },
        ];
      case 'NOT YET':
        return [
          { verdict: 'WARNING', about, what: `the first check of ${name} has not run yet`, todo: 'Wait for it.' },
        ];
      case 'NONE':
        return [
          {
            verdict: 'PROBLEM',
            about,
            what: `no check of ${name} in the last three hours`,
            todo: 'Freshly deployed: wait for the first. Else look at its schedule, and at the dead letters.',
          },
        ];
      case 'LATE':
        return [
          {
            verdict: 'PROBLEM',
            about,
            what: `the check of ${name} at ${at} said ready, and none came since`,
            todo: rehearse,
          },
        ];
      case 'NOT READY':
        return [{ verdict: 'PROBLEM', about, what: `the check of ${name} at ${at} said NOT READY`, todo: rehearse }];
      default:
        return [];
    }
  });
  return found.length > 0 ? found : [ok(about, 'all clusters were checked lately, and are ready')];
}

async function aboutDrills(clients: Clients, clusters: readonly Cluster[], now: number): Promise<Diagnosis[]> {
  const newest = await newestOutcomes(clients, clusters, ['DRILLED'], now);
  return clusters.map((cluster) => {
    const at = newest.get(`${cluster.name} DRILLED`)?.at;
    if (at !== undefined && now - at <= DRILL_DAYS * DAY)
      return ok('drills', `${cluster.name} was last drilled on ${dayOf(at)}`);
    const what = `${cluster.name} ${at === undefined ? 'was never drilled in the last 15 months' : `was last drilled on ${dayOf(at)}`}`;
    return {
      verdict: 'WARNING',
      about: 'drills',
      what,
      todo: `vip-failover drill ${cluster.name} --to NODE, and back: once a quarter.`,
    };
  });
}

/** The metric knows the hour, by UTC. */
const dayOf = (at: number) => utc(at).slice(0, 10);

/** @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html */
async function aboutNotices({ sns }: Clients, deployment: Deployment): Promise<Diagnosis[]> {
  const TopicArn = await deployment.topic();
  const about = 'notices';
  if (TopicArn === null)
    return [
      {
        verdict: 'NOT KNOWN',
        about,
        what: 'the topic is not in the stack',
        todo: 'Look at its subscriptions yourself.',
      },
    ];
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
  const [confirmed, pending] = [Number(Attributes.SubscriptionsConfirmed), Number(Attributes.SubscriptionsPending)];
  const waiting: Diagnosis[] =
    pending > 0
      ? [
          {
            verdict: 'WARNING',
            about,
            what: `${pending} subscriptions wait for their confirmation`,
            todo: 'Follow the link in the mail of AWS Notifications, or subscribe again.',
          },
        ]
      : [];
  if (confirmed > 0) return [ok(about, `${confirmed} confirmed subscriptions`), ...waiting];
  return [
    {
      verdict: 'PROBLEM',
      about,
      what: `nobody is subscribed to ${TopicArn}`,
      todo: 'Confirm the subscription in the mail of AWS Notifications, or add one.',
    },
    ...waiting,
  ];
}

/** DescribeAlarms takes 100 names. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
async function aboutAlarms({ cloudWatch }: Clients, deployment: Deployment): Promise<Diagnosis[]> {
  const resources = await deployment.resources();
  const names = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm').map(({ physicalId }) => physicalId);
  const parts = Array.from({ length: Math.ceil(names.length / 100) }, (_, nth) =>
    names.slice(nth * 100, nth * 100 + 100),
  );
  const pages = await eachOf(parts, AT_ONCE, (AlarmNames) =>
    allPages(async (NextToken) => {
      const page = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames, NextToken }));
      return { items: page.MetricAlarms, next: page.NextToken };
    }),
  );
  const alarms = pages.flat();
  const missing = names.filter((name) => !alarms.some(({ AlarmName }) => AlarmName === name));
  const up = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
  const silent = alarms.filter(({ ActionsEnabled }) => ActionsEnabled === false);
  const diagnoses: Diagnosis[] = [
    ...up.map(({ AlarmName = '', AlarmDescription = '' }) => ({
      verdict: 'PROBLEM' as const,
      about: 'alarms',
      what: `${AlarmName} is in ALARM`,
      todo: line(AlarmDescription, 1_000),
    })),
    ...missing.map((name) => ({
      verdict: 'PROBLEM' as const,
      about: 'alarms',
      what: `${name} was deleted`,
      todo: 'Deploy the stack again.',
    })),
    ...silent.map(({ AlarmName = '' }) => ({
      verdict: 'WARNING' as const,
      about: 'alarms',
      what: `the actions of ${AlarmName} are switched off`,
      todo: `aws cloudwatch enable-alarm-actions --alarm-names ${AlarmName}`,
    })),
  ];
  return diagnoses.length > 0 ? diagnoses : [ok('alarms', `none of ${alarms.length} is up`)];
}

async function aboutDeadLetters(clients: Clients, deployment: Deployment, now: number): Promise<Diagnosis[]> {
  const queues = (await deployment.resources()).filter(({ type }) => type === 'AWS::SQS::Queue');
  return eachOf(queues, AT_ONCE, async ({ physicalId }): Promise<Diagnosis> => {
    const name = physicalId.split('/').at(-1) ?? '';
    const count = (await messagesIn(clients, name, now)) ?? 0;
    if (count === 0) return ok('dead letters', 'none');
    return {
      verdict: 'PROBLEM',
      about: 'dead letters',
      what: `${count} events or checks could not start the workflow; they lie in ${name}`,
      todo: 'Read why in the attributes of the messages, start failovers of their clusters by hand, then purge the queue.',
    };
  });
}

async function aboutHistory({ workflowLog }: Deployment): Promise<Diagnosis[]> {
  if (workflowLog !== null) return [ok('history', `executions are logged in ${workflowLog}`)];
  return [
    {
      verdict: 'PROBLEM',
      about: 'history',
      what: 'the state machine writes no log: nothing can be proven',
      todo: 'Deploy the stack again.',
    },
  ];
}
