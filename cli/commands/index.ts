import type { CommandDefinition } from '../command';
import { drill, failover, rehearse } from './start';
import { status } from './status';

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [status, rehearse, drill, failover];
