/** The way of a packet, from the batch it arrives in to its verdict. */
@NullMarked
package dev.trigon.dataplane.forward;

import org.jspecify.annotations.NullMarked;
