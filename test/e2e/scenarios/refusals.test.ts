import { REFUSALS } from '../../../local/demo/scenarios/refusals';
import { playEach } from './play';

playEach(REFUSALS);
