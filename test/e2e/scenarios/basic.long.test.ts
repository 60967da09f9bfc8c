import { BASIC } from '../../../local/demo/scenarios/basic';
import { playWithFaults } from './play';

playWithFaults(BASIC);
