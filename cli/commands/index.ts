import type { CommandDefinition } from '../command';
import { status } from './status';

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [status];
