/** A port that does to frames what bad networks do, for tests. */
@NullMarked
package dev.trigon.dataplane.port.fault;

import org.jspecify.annotations.NullMarked;
