import './support/quiet';
import './support/first-calls';
import '../../functions/assign-ip';
import '../../functions/notify';
import '../../functions/unassign-ip';
import '../../functions/verify-eni';
import '../../functions/verify-instance-state';
import { clients } from './support/first-calls';

test('every Lambda warms its client up while it loads, with a command of the kind that it sends first', () => {
  const sent = clients.flatMap((client) => client.calls().map(({ args }) => args[0]));
  const addresses = { NetworkInterfaceId: '', PrivateIpAddresses: [''] };
  expect(sent.map((command) => [command.constructor.name, command.input])).toEqual([
    ['AssignPrivateIpAddressesCommand', addresses],
    ['UnassignPrivateIpAddressesCommand', addresses],
    ['DescribeNetworkInterfacesCommand', {}],
    ['DescribeNetworkInterfacesCommand', {}],
    ['PublishCommand', { Message: '' }],
  ]);
});
