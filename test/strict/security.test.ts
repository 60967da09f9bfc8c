import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cluster, ELASTIC_VIP } from '../../local/demo/scenarios/configs';
import { synthesize } from '../../local/demo/synth';
import { AccessControl } from '../../local/emulator/iam/access';
import { Timeline } from '../../local/emulator/kernel/timeline';
import { role, template } from '../local/emulator/services-harness';
import { grantsIn, short } from './grants';

const SECURITY = readFileSync(join(__dirname, '../../docs/security.md'), 'utf8');

/** What every function needs; it stands above the table. */
const OF_ALL = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

/** The actions that the table gives a role. */
function actionsOf(name: string): string[] {
  const row = SECURITY.split('\n').find(
    (line) => line.startsWith('| ') && line.split(' | ')[0]?.includes(`\`${name}\``),
  );
  return [...(row?.split(' | ')[1] ?? '').matchAll(/`([a-z0-9]+:[\w*]+)`/g)].map(([, action = '']) => action);
}

test('docs/security.md says of each role what it may, and no more', () => {
  const stack = JSON.parse(readFileSync(synthesize(cluster(2, [ELASTIC_VIP])), 'utf8'));
  const grants = grantsIn(stack).filter(({ kind, action }) => kind === 'identity' && !OF_ALL.includes(action));
  const roles = [...new Set(grants.map(({ owner }) => owner))];
  expect(roles).toHaveLength(8);
  for (const owner of roles) {
    const may = new Set(grants.filter((grant) => grant.owner === owner).map(({ action }) => action));
    const name = short(owner).replace(/Role$/, '');
    // One row is about two roles; only the schedule's sends dead letters itself.
    const written = actionsOf(name).filter((action) => name !== 'TriggersRule' || action !== 'sqs:SendMessage');
    expect([name, written.sort()]).toEqual([name, [...may].sort()]);
  }
  for (const action of OF_ALL) expect(SECURITY).toContain(`\`${action}\``);
});

test('docs/security.md names the roles that are assumed for this account only', () => {
  const { Resources } = JSON.parse(readFileSync(synthesize(cluster(2)), 'utf8'));
  const roles = Object.entries<{ Type: string; Properties: { AssumeRolePolicyDocument: unknown } }>(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .filter(([, { Properties }]) => JSON.stringify(Properties.AssumeRolePolicyDocument).includes('aws:SourceAccount'))
    .map(([logicalId]) => short(logicalId).replace(/Role$/, ''));
  const sentence = SECURITY.split('\n').find((line) => line.includes('`aws:SourceAccount`')) ?? '';
  const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(roles.sort());
});

describe('the policy that keeps the tags to operators', () => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(SECURITY) ?? [];
  const statements = [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }, ...JSON.parse(json).Statement];
  const access = new AccessControl(
    template(role('mail-operators', statements), role('developers', statements)),
    new Timeline(() => 0),
  );
  const may = (roleLogicalId: string, action: string, keys: readonly string[], what = 'instance/i-0a1b2c3d4e5f60001') =>
    access.authorize({
      caller: { kind: 'role', roleLogicalId, functionName: 'person' },
      action,
      resource: `arn:aws:ec2:eu-central-1:123456789012:${what}`,
      context: keys.length === 0 ? {} : { 'aws:TagKeys': keys },
    }).allowed;

  test.each([
    ['developers', 'ec2:CreateTags', ['vip-failover:paused'], false],
    ['developers', 'ec2:CreateTags', ['Owner', 'vip-failover:standby'], false],
    ['developers', 'ec2:DeleteTags', ['vip-failover:paused'], false],
    ['developers', 'ec2:DeleteTags', [], false],
    ['developers', 'ec2:CreateTags', ['Owner'], true],
    ['developers', 'ec2:DeleteTags', ['Owner'], true],
    ['developers', 'ec2:StopInstances', [], true],
    ['mail-operators', 'ec2:CreateTags', ['vip-failover:paused'], true],
    ['mail-operators', 'ec2:DeleteTags', [], true],
  ])('%s %s %j: %s', (who, action, keys, allowed) => {
    expect(may(who, action, keys)).toBe(allowed);
  });

  test('other resources are left alone', () => {
    expect(may('developers', 'ec2:DeleteTags', [], 'volume/vol-0a1b2c3d4e5f60001')).toBe(true);
  });
});
