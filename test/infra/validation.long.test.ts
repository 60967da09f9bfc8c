import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configJsonSchema } from '../../infra/config-json-schema';
import type { ConfigInput } from '../../infra/config-schema';
import { cluster, id } from './support';

const { nodes, ...mail } = cluster('mail', 1);

/** Every field that a configuration may have. */
const config: Required<ConfigInput> = {
  $schema: './config.schema.json',
  clusters: [
    {
      ...mail,
      virtualIps: ['10.0.0.5', { address: '10.0.0.6', elasticIpAllocationId: id('eipalloc', 1) }],
      nodes: nodes.map((node, index) => ({ ...node, name: `mail-${index + 1}`, alarms: [`down-${index + 1}`] })),
      triggerStates: ['stopping', 'stopped', 'shutting-down', 'terminated', 'running'],
      handover: 'atomic',
      applicationCheck: { protocol: 'HTTPS', port: 25080, path: '/health', failureThreshold: 3, countsFor: 'all' },
      failback: { afterMinutes: 30 },
      dampingMinutes: 10,
      checkIntervalMinutes: 10,
      pauseAlarmHours: 12,
    },
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
  logRetentionDays: 365,
  memoryMegabytes: 1024,
  reservedConcurrency: 10,
};

/** The names under `properties` of a JSON Schema, at any depth. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const names = 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
  return [...names, ...Object.values(schema).flatMap(fieldsOf)];
}

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(keysOf)];
}

test('the CDK’s own validation, which other tests leave out, takes a configuration with every field', () => {
  expect([...new Set(keysOf(config))].sort()).toEqual([...new Set(fieldsOf(configJsonSchema()))].sort());
  const directory = mkdtempSync(join(tmpdir(), 'vip-failover-'));
  const file = join(directory, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const { CDK_VALIDATION, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
    env: { ...env, CDK_OUTDIR: join(directory, 'out'), CDK_CONTEXT_JSON: JSON.stringify({ config: file }) },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('ERROR') });
});
