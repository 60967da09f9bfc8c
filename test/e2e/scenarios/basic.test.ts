import { BASIC } from '../../../local/scenarios/basic';
import { playEach } from './play';

playEach(BASIC);
