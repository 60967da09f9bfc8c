import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { CfnInstance, CfnNetworkInterface, CfnSubnet, CfnVPC } from 'aws-cdk-lib/aws-ec2';
import { CfnInstanceProfile, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { VirtualIpFailover } from '../../infra';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { startCloud } from '../../local/emulator/cloud';
import { REALISTIC } from '../../local/emulator/kernel/latency';

// CDK's own validation takes twice as long as all the rest; `npm run synth` does it for what is deployed.
process.env.CDK_VALIDATION = 'false';

/** Two nodes, each with a role that may claim for it and do nothing else. */
class MailStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const vpc = new CfnVPC(this, 'Vpc', { cidrBlock: '10.0.0.0/16' });
    const subnet = new CfnSubnet(this, 'Subnet', { vpcId: vpc.ref, cidrBlock: '10.0.0.0/24' });
    const nodes = ['Mail1', 'Mail2'].map((name) => {
      const networkInterface = new CfnNetworkInterface(this, `${name}Interface`, { subnetId: subnet.ref });
      const role = new Role(this, `${name}Role`, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      const profile = new CfnInstanceProfile(this, `${name}Profile`, { roles: [role.roleName] });
      const instance = new CfnInstance(this, name, {
        iamInstanceProfile: profile.ref,
        networkInterfaces: [{ deviceIndex: '0', networkInterfaceId: networkInterface.attrId }],
      });
      return { role, node: { instanceId: instance.ref, networkInterfaceId: networkInterface.attrId } };
    });
    // More claims in turn than any damping time lets pass.
    const cluster = { dampingMinutes: 0, name: 'mail', virtualIps: ['10.0.0.5'], nodes: nodes.map(({ node }) => node) };
    const failover = new VirtualIpFailover(this, 'Failover', {
      clusters: [{ ...cluster, subnetId: subnet.attrSubnetId }],
      emails: 'none',
    });
    for (const { role, node } of nodes) failover.grantClaim(role, node.instanceId);
  }
}

/** Writes the template of the cluster mail. @returns its file */
export function claimsTemplate(): string {
  const outdir = mkdtempSync(join(tmpdir(), 'claims-'));
  const app = new App({ outdir });
  const { stackName } = new MailStack(app, 'Mail');
  app.synth();
  return join(outdir, `${stackName}.template.json`);
}

/** That cluster on the local cloud, on the real clock and with latencies as assumed of AWS. */
export async function givenClaims(): Promise<ClusterDriver> {
  return new ClusterDriver(await startCloud({ clock: 'real', latency: REALISTIC, templateFile: claimsTemplate() }));
}
