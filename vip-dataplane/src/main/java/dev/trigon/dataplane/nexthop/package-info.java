/** Where a backend is from here: out of which interface, to which MAC. The kernel knows; this asks and listens. */
@NullMarked
package dev.trigon.dataplane.nexthop;

import org.jspecify.annotations.NullMarked;
