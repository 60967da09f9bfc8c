import type { CommandDefinition } from '../command';
import { history } from './history';
import { drill, failover, rehearse } from './start';
import { status } from './status';
import { exclude, include, pause, resume } from './tags';

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  status,
  history,
  rehearse,
  drill,
  failover,
  pause,
  resume,
  exclude,
  include,
];
