import { DEATHS } from '../../../local/scenarios/deaths';
import { playEach } from './play';

playEach(DEATHS);
