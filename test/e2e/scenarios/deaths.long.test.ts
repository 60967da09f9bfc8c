import { DEATHS } from '../../../local/demo/scenarios/deaths';
import { playWithFaults } from './play';

playWithFaults(DEATHS);
