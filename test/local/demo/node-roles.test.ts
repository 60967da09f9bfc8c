import { nodeRoles } from '../../../local/demo/node-roles';
import { synthesize } from '../../../local/demo/synth';
import { type Cloud, startCloud } from '../../../local/emulator/cloud';
import { accessKeyOfRole } from '../../../local/emulator/kernel/caller';
import { loadTemplate } from '../../../local/emulator/template/template';
import { claimsTemplate } from '../../guests/claims';
import { signed } from '../emulator/services-harness';

const templateFile = synthesize();
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ templateFile, clock: 'virtual', ...nodeRoles(loadTemplate(templateFile)) });
});
afterAll(() => cloud.close());

const [first, second] = ['i-0a1b2c3d4e5f60001', 'i-0a1b2c3d4e5f60002'] as const;

async function claim(instanceId: string): Promise<unknown> {
  const entry = { Source: 'vip-failover', DetailType: `Virtual IP Claim ${instanceId}`, Detail: '{"cluster":"mail"}' };
  const { headers, ...request } = signed(JSON.stringify({ Entries: [entry] }), 'events', accessKeyOfRole('NodeRole1'));
  let status: unknown;
  void cloud.dispatch({ ...request, headers: { ...headers, 'x-amz-target': 'AWSEvents.PutEvents' } }).then((answer) => {
    status = Object(answer).status;
  });
  await cloud.until(() => status !== undefined);
  return status;
}

test('a node may claim for itself and for no other, by the policy that the stack prints', async () => {
  expect([await claim(first), await claim(second)]).toEqual([200, 400]);
});

test('its metadata shows the role', async () => {
  const endpoint = `${await cloud.metadata.endpoint(second)}/latest`;
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(`${endpoint}/api/token`, { method: 'PUT', headers: ttl })).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  const answer = await fetch(`${endpoint}/meta-data/iam/security-credentials/`, { headers });
  expect(await answer.text()).toContain('NodeRole2');
});

test('the stack is what was deployed: it has no roles of nodes', () => {
  expect(cloud.template.body).not.toContain('NodeRole');
});

test('a stack that prints no policy gets no roles', () => {
  expect(nodeRoles(loadTemplate(claimsTemplate()))).toBeNull();
});
