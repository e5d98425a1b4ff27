/** Trigon as its users have it: the real programs, on real packets. */
@NullMarked
package dev.trigon.systemtests;

import org.jspecify.annotations.NullMarked;
