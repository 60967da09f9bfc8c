import { BASIC } from '../../../local/demo/scenarios/basic';
import { playEach } from './play';

playEach(BASIC);
