import { DEATHS } from '../../../local/demo/scenarios/deaths';
import { playEach } from './play';

playEach(DEATHS);
