@NullMarked
package dev.trigon.dataplane.control;

import org.jspecify.annotations.NullMarked;
