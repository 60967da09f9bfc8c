import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FUNCTIONS } from '../../infra/functions';

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
      env: { AWS_REGION: 'eu-west-1', TOPIC_ARN: 'arn', LOCALE: 'en', METRICS_NAMESPACE: 'x' },
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
