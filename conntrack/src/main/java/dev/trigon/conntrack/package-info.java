/** Which flow goes to which backend. */
@NullMarked
package dev.trigon.conntrack;

import org.jspecify.annotations.NullMarked;
