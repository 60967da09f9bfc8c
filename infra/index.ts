/** The package's entry: the construct and the types of its properties, for use in other CDK apps. */
export { ConfigError } from './config';
export type {
  ClusterProps,
  InstanceState,
  NodeProps,
  VirtualIpFailoverProps,
  VirtualIpProps,
} from './props';
export { VirtualIpFailover } from './virtual-ip-failover';
