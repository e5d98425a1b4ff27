/** The rules of the house, as tests. */
@NullMarked
package dev.trigon.systemtests.house;

import org.jspecify.annotations.NullMarked;
