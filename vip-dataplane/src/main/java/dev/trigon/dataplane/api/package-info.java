/**
 * What crosses the control socket: JSON bodies as records, and where they are found. Field names are part of the product;
 * others may be added. Nothing here knows the rest of vipd, so that vipctl can import this package alone.
 */
@NullMarked
package dev.trigon.dataplane.api;

import org.jspecify.annotations.NullMarked;
