/** Out through packet sockets: to any interface, frames of any length. */
@NullMarked
package dev.trigon.dataplane.port.raw;

import org.jspecify.annotations.NullMarked;
