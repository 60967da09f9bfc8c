import { REFUSALS } from '../../../local/demo/scenarios/refusals';
import { playWithFaults } from './play';

playWithFaults(REFUSALS);
