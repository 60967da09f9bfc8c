import { REFUSALS } from '../../../local/scenarios/refusals';
import { playEach } from './play';

playEach(REFUSALS);
