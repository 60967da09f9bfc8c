import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRelease } from '../../release/write';

// CDK's own template validation takes longer than everything else together.
process.env.CDK_VALIDATION = 'false';

/** Writes a release, as `npm run package` does, and returns its directory. */
export function release(): string {
  const directory = join(mkdtempSync(join(tmpdir(), 'vip-failover-release-')), 'release');
  writeRelease(directory);
  return directory;
}

/** Values for a template of so many nodes: those of the cluster in cdk.json. */
export function valuesFor(nodeCount: number, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const nodes = Array.from({ length: nodeCount }, (_, index) => index + 1);
  return {
    ClusterName: 'mail',
    SubnetId: 'subnet-0a1b2c3d4e5f60001',
    VirtualIps: '10.0.0.5',
    Email: 'operations@example.com',
    ...Object.fromEntries(
      nodes.flatMap((number) => [
        [`Node${number}InstanceId`, `i-0a1b2c3d4e5f6000${number}`],
        [`Node${number}NetworkInterfaceId`, `eni-0a1b2c3d4e5f6000${number}`],
      ]),
    ),
    ...more,
  };
}
