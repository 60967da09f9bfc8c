import { OVERLAPS } from '../../../local/scenarios/overlaps';
import { playEach } from './play';

playEach(OVERLAPS);
