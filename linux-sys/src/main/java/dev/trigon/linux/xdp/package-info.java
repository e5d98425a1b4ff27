/** AF_XDP: frames that the kernel and Java hand each other through rings, in memory that both see. */
@NullMarked
package dev.trigon.linux.xdp;

import org.jspecify.annotations.NullMarked;
