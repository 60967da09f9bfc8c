import { READINESS } from '../../../local/demo/scenarios/readiness';
import { playEach } from './play';

playEach(READINESS);
