/** IPv4 addresses and blocks as numbers. */

export interface Block {
  readonly first: number;
  readonly last: number;
}

/** @returns the address as an unsigned 32-bit number, or undefined where the text is no dotted IPv4 address. */
export function addressToNumber(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function numberToAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

export function parseBlock(cidr: string): Block {
  const [base = '', prefix = ''] = cidr.split('/');
  const number = addressToNumber(base);
  const length = Number(prefix);
  if (number === undefined || !/^\d+$/.test(prefix) || length > 32)
    throw new Error(`${cidr} is not an IPv4 CIDR block.`);
  const size = 2 ** (32 - length);
  const first = Math.floor(number / size) * size;
  return { first, last: first + size - 1 };
}

export function contains(block: Block, address: number): boolean {
  return address >= block.first && address <= block.last;
}

/** EC2 keeps the first four addresses and the last one of every subnet. @see VPC User Guide, "Subnet CIDR blocks" */
export function isReservedByEc2(block: Block, address: number): boolean {
  return address < block.first + 4 || address === block.last;
}

/** The smallest block of at least `/24` that contains all the addresses outside EC2's reserved ones; EC2's limit is /16. */
export function blockFor(addresses: readonly string[]): string {
  const numbers = addresses.map((address) => {
    const number = addressToNumber(address);
    if (number === undefined) throw new Error(`${address} is not an IPv4 address.`);
    return number;
  });
  for (let length = 24; length >= 16; length--) {
    const cidr = `${numberToAddress(parseBlock(`${addresses[0]}/${length}`).first)}/${length}`;
    const block = parseBlock(cidr);
    if (numbers.every((number) => contains(block, number) && !isReservedByEc2(block, number))) return cidr;
  }
  throw new Error(`No subnet of EC2 (at most /16) can hold all of ${addresses.join(', ')}.`);
}
