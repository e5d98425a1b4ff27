/** Whether servers work: checks of every backend, a verdict on each, and the words for it. */
@NullMarked
package dev.trigon.dataplane.health;

import org.jspecify.annotations.NullMarked;
