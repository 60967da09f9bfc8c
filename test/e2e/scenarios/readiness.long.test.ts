import { READINESS } from '../../../local/demo/scenarios/readiness';
import { playWithFaults } from './play';

playWithFaults(READINESS);
