import { OVERLAPS } from '../../../local/demo/scenarios/overlaps';
import { playWithFaults } from './play';

playWithFaults(OVERLAPS);
