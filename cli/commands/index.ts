import type { CommandDefinition } from '../command';
import { doctor } from './doctor';
import { history } from './history';
import { report } from './report';
import { drill, failover, rehearse } from './start';
import { status } from './status';
import { exclude, include, pause, resume } from './tags';

/** In the order of the help. */
export const COMMANDS: readonly CommandDefinition[] = [
  status,
  doctor,
  history,
  report,
  rehearse,
  drill,
  failover,
  pause,
  resume,
  exclude,
  include,
];
