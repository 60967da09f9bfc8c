import { READINESS } from '../../../local/scenarios/readiness';
import { playEach } from './play';

playEach(READINESS);
