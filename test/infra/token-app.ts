import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { CfnEIP, CfnInstance, CfnNetworkInterface, CfnSubnet, CfnVPC } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { VirtualIpFailover } from '../../infra';

/**
 * A stranger's app: it makes its own subnet, instances and interfaces, whose IDs nobody knows before deployment, and
 * hands them to the construct. `CDK_OUTDIR=DIRECTORY tsx test/infra/token-app.ts` writes its template, `Shop`.
 */
export class ShopStack extends Stack {
  readonly failover: VirtualIpFailover;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const image = new CfnParameter(this, 'Image', {
      type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      default: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
    });
    const vpc = new CfnVPC(this, 'Vpc', { cidrBlock: '10.1.0.0/16' });
    const subnet = new CfnSubnet(this, 'Subnet', { vpcId: vpc.ref, cidrBlock: '10.1.2.0/24' });
    const elasticIp = new CfnEIP(this, 'ElasticIp', { domain: 'vpc' });
    const node = (name: string) => {
      const networkInterface = new CfnNetworkInterface(this, `${name}Interface`, { subnetId: subnet.ref });
      const instance = new CfnInstance(this, name, {
        instanceType: 't4g.small',
        imageId: image.valueAsString,
        networkInterfaces: [{ deviceIndex: '0', networkInterfaceId: networkInterface.attrId }],
      });
      return { instanceId: instance.ref, networkInterfaceId: networkInterface.attrId };
    };
    this.failover = new VirtualIpFailover(this, 'Failover', {
      clusters: [
        {
          name: 'shop',
          subnetId: subnet.attrSubnetId,
          virtualIps: [{ address: '10.1.2.50', elasticIpAllocationId: elasticIp.attrAllocationId }],
          nodes: [node('First'), node('Second')],
        },
      ],
      emails: 'none',
    });
    this.failover.grantDrill(new Role(this, 'Operator', { assumedBy: new AccountRootPrincipal() }));
    const [first] = this.failover.clusters[0]?.nodes ?? [];
    const assumedBy = new ServicePrincipal('ec2.amazonaws.com');
    this.failover.grantClaim(new Role(this, 'FirstRole', { assumedBy }), first?.instanceId ?? '');
  }
}

if (require.main === module) new ShopStack(new App(), 'Shop');
