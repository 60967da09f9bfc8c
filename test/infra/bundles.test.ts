import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTIONS } from '../../infra/functions';
import { cluster, id, templateOf } from './support';

const root = join(__dirname, '../..');

/** More than this is code that a failover has to load and does not use, bytes. */
const MAX_BUNDLE = 300_000;

function bundleOf(folder: string): string {
  return readFileSync(join(root, 'dist/functions', folder, 'index.js'), 'utf8');
}

const folders = FUNCTIONS.map(({ folder }) => folder);

test('each Lambda folder has a bundle, and shared code has none', () => {
  const inRepository = readdirSync(join(root, 'functions')).filter((folder) => folder !== 'shared');
  expect([...folders].sort()).toEqual(inRepository.sort());
});

test.each(folders)('the bundle of %s stays small', (folder) => {
  expect(Buffer.byteLength(bundleOf(folder))).toBeLessThanOrEqual(MAX_BUNDLE);
});

test.each(folders)('the bundle of %s needs nothing but Node, and exports the handler', (folder) => {
  // Where no node_modules is in reach.
  const elsewhere = mkdtempSync(join(tmpdir(), 'vip-failover-'));
  copyFileSync(join(root, 'dist/functions', folder, 'index.js'), join(elsewhere, 'index.js'));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', '-e', 'process.stdout.write(typeof require("./index.js").handler)'],
    {
      cwd: elsewhere,
      encoding: 'utf8',
      env: { AWS_REGION: 'eu-west-1', TOPIC_ARN: 'arn', LOCALE: 'en' },
    },
  );
  expect({ stdout, stderr }).toEqual({ stdout: 'function', stderr: '' });
});

test.each(folders)(
  'the bundle of %s has no part of the SDK that it does not call, and names no source map',
  (folder) => {
    const bundle = bundleOf(folder);
    for (const command of ['RunInstances', 'CreateVpc', 'DeleteNetworkInterface', 'ModifyInstanceAttribute']) {
      expect(bundle).not.toContain(command);
    }
    expect(bundle).not.toContain('sourceMappingURL');
  },
);

/** The operations in a bundle: the SDK's schema of an operation begins with 9, its namespace and its name. */
function operationsIn(folder: string): string[] {
  return [...bundleOf(folder).matchAll(/\[9,\w+,["'`](\w+)["'`]/g)].flatMap(([, name]) => name ?? []);
}

test.each(FUNCTIONS)(
  'the role of $state allows the calls that its bundle can make, and no others',
  ({ state, folder }) => {
    const virtualIps = [{ address: '10.0.0.5', elasticIpAllocationId: id('eipalloc', 1) }];
    const notifications = { emails: ['operations@example.com'] };
    const template = templateOf({ clusters: [{ ...cluster('mail', 1), virtualIps }], notifications });
    const [, { Policies }] = template.one('AWS::IAM::Role', `${state}Role`);
    const actions = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap(({ Action }) => Action);
    const allowed = actions.flatMap((action) => /^(?:ec2|cloudwatch|sns):(\w+)$/.exec(action)?.[1] ?? []);
    expect(allowed.sort()).toEqual(operationsIn(folder).sort());
  },
);
