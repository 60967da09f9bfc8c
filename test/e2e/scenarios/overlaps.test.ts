import { OVERLAPS } from '../../../local/demo/scenarios/overlaps';
import { playEach } from './play';

playEach(OVERLAPS);
