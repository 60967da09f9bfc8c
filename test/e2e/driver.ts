import { ClusterDriver } from '../../local/demo/cluster-driver';
import { synthesize } from '../../local/demo/synth';
import { type CloudOptions, startCloud } from '../../local/emulator/cloud';

const open: ClusterDriver[] = [];

/** The example of cdk.json (or another configuration) on the local cloud, in virtual time, all well. */
export async function givenACluster(options: Partial<CloudOptions> = {}, config?: unknown): Promise<ClusterDriver> {
  const cloud = await startCloud({
    clock: 'virtual',
    reuseInstances: true,
    ...options,
    templateFile: synthesize(config),
  });
  const driver = new ClusterDriver(cloud);
  closeLater(driver);
  return driver;
}

export function closeLater(driver: ClusterDriver): void {
  open.push(driver);
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const { cloud } of open.splice(0)) await cloud.close();
}
