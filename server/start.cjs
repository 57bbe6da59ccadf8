'use strict';
// The entry of the built server.
import('./main.js');
