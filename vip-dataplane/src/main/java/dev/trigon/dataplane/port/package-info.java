/** Where frames come in and go out. */
@NullMarked
package dev.trigon.dataplane.port;

import org.jspecify.annotations.NullMarked;
