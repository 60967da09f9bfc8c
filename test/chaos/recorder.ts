import type { Cloud } from '../../local/emulator/cloud';
import { addElasticIp, addInterface } from '../../local/emulator/ec2/model/build';
import type { ApiRequest } from '../../local/emulator/kernel/api';
import { Journal } from './journal';
import { type ClusterState, clusterState } from './world-state';

const STRANGER = 'eni-0123456789abcdef0';
/** An interface that another service manages, so that lists hide it. */
export const MANAGED = 'eni-0123456789abcdef1';
const FOREIGN = 'eipalloc-0f0000000000000';

/** A read that VerifyEni made, as EC2 answered it. `index` is where the timeline stood then. */
export interface ProofRead {
  readonly index: number;
  readonly action: string;
  readonly body: string;
}

/** All clusters at one point of the timeline. */
export interface Moment {
  readonly index: number;
  readonly at: number;
  readonly clusters: readonly ClusterState[];
}

/** Puts into the world what is none of the product's business, and writes down what the timeline does not. */
export class Recorder {
  readonly journal: Journal;
  /** VerifyEni's last reads, by the execution's ARN. */
  readonly proofReads = new Map<string, readonly ProofRead[]>();
  /** Elastic IPs that no configuration names, on virtual IPs. */
  readonly foreignElasticIps: string[] = [];

  constructor(private readonly cloud: Cloud) {
    this.addStrangers();
    this.journal = new Journal(cloud);
    const dispatch = cloud.dispatch;
    Object.assign(cloud, {
      dispatch: async (request: ApiRequest) => {
        const sender = cloud.lambda.identify(request);
        const execution = sender?.execution ?? null;
        const answer = await dispatch(request);
        if (sender?.function.label === 'verify-eni' && execution !== null && answer !== 'reset') {
          const action = /Action=(\w+)/.exec(request.body)?.[1] ?? '';
          const read = { index: cloud.timeline.events.length, action, body: answer.body };
          this.proofReads.set(execution, [...(this.proofReads.get(execution) ?? []), read].slice(-8));
        }
        return answer;
      },
    });
  }

  here(): Moment {
    const { cloud } = this;
    const clusters = cloud.clusters.map((cluster) => clusterState(cloud, cluster));
    return { index: cloud.timeline.events.length, at: cloud.now(), clusters };
  }

  /** Puts an Elastic IP of somebody's own on each cluster's last virtual IP, where that has none. */
  addForeignElasticIps(): void {
    const { world, clusters } = this.cloud;
    for (const [index, cluster] of clusters.entries()) {
      const last = cluster.virtualIps.at(-1);
      const holder = cluster.nodes[0];
      if (last === undefined || holder === undefined || last.elasticIpAllocationId !== undefined) continue;
      const id = `${FOREIGN}0${index}`;
      addElasticIp(world, id, { networkInterfaceId: holder.networkInterfaceId, privateAddress: last.address });
      this.foreignElasticIps.push(id);
    }
  }

  /** Everything but virtual IPs, by interface, a line each; and the stranger's Elastic IP. */
  untouchable(): string {
    const { world, clusters } = this.cloud;
    const virtual = new Set(clusters.flatMap(({ virtualIps }) => virtualIps.map(({ address }) => address)));
    const interfaces = world.view().networkInterfaces();
    const records = interfaces.map(({ id, primaryAddress, secondaryAddresses }) => {
      const others = secondaryAddresses.filter((address) => !virtual.has(address));
      const strange = id === STRANGER ? secondaryAddresses : others;
      return `${id} ${primaryAddress} ${strange.join(' ')}`;
    });
    const { association } = world.elasticIp(`${FOREIGN}99`);
    return [...records, JSON.stringify(association)].join('\n');
  }

  private addStrangers(): void {
    const { world, clusters } = this.cloud;
    const [first] = clusters;
    if (first === undefined) return;
    addInterface(world, first.subnetId, STRANGER, null, 0, false, ['10.0.0.200']);
    addInterface(world, first.subnetId, MANAGED, null, 0, false, [], { managed: true });
    addElasticIp(world, `${FOREIGN}99`, { networkInterfaceId: STRANGER, privateAddress: '10.0.0.200' });
  }
}
