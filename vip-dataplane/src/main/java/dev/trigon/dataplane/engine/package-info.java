/** The running data path as a whole: its workers, its flows, its next hops, and what it puts into the kernel. */
@NullMarked
package dev.trigon.dataplane.engine;

import org.jspecify.annotations.NullMarked;
